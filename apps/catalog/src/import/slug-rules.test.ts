import { describe, expect, it } from '@jest/globals'
import { slugCandidates, slugOf } from './slug-rules.js'

describe('a slug', () => {
  it.each([
    ['Kiki’s Delivery Service', 'kikis-delivery-service'],
    ['Nausicaä of the Valley of the Wind', 'nausicaa-of-the-valley-of-the-wind'],
    ['HUNTER×HUNTER', 'hunterxhunter'],
    ['Suicide Squad ISEKAI', 'suicide-squad-isekai'],
    ['Hayate the Combat\ufeff Butler\ufeff', 'hayate-the-combat-butler'],
    ['Romeo & Juliet', 'romeo-and-juliet'],
    ['K', 'k'],
    ['STEINS;GATE 0', 'steins-gate-0'],
  ])('of %j is %s', (title, slug) => {
    expect(slugOf(title)).toBe(slug)
  })

  it.each(['ハガレン4コマ劇場', 'ΠΛΑΝΗΤΕΣ', '新釈 眞田十勇士 The Animation', '!?', ''])(
    'is not made of %j',
    (title) => {
      expect(slugOf(title)).toBeNull()
    },
  )

  it('is cut between words', () => {
    const slug = slugOf('word '.repeat(60)) ?? ''
    expect(slug.length).toBeLessThanOrEqual(80)
    expect(slug.endsWith('-word')).toBe(true)
  })
})

describe('the candidates of a title', () => {
  const title = { year: 2006, kind: 'series', identity: '0123456789abcdef0123456789abcdef' }

  it('go from the name to the name with year and identity', () => {
    expect(slugCandidates({ ...title, names: ['銀魂', 'Gintama'] }).slice(0, 3)).toEqual([
      'gintama',
      'gintama-2006',
      'gintama-2006-01234567',
    ])
  })

  it('fall back to kind, year and identity without a Latin name', () => {
    expect(slugCandidates({ ...title, names: ['銀魂'] })[0]).toBe('series-2006-01234567')
  })

  it('never take a literal segment of the API', () => {
    expect(slugCandidates({ ...title, names: ['Trending'] })[0]).toBe('trending-2006')
  })
})
