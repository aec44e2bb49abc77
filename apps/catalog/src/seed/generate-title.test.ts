import { describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { generateTitle } from './generate-title.js'
import { seedGenres, worldTitles } from './seed-world.js'

const context = { seed: 1, today: new Date('2026-11-21'), genres: seedGenres(1) }
const titles = Array.from({ length: 600 }, (_, i) => generateTitle(context, i + 5))
const ids = titles.map(({ title }) => title.id)

describe('an invented title', () => {
  it('is the same at every run, and another with another seed', () => {
    expect(generateTitle(context, 77)).toEqual(generateTitle(context, 77))
    expect(generateTitle({ ...context, seed: 2 }, 77).title.id).not.toBe(generateTitle(context, 77).title.id)
  })

  it('keeps its ids and its name on another day; only its dates move', () => {
    const later = generateTitle({ ...context, today: new Date('2027-03-01') }, 77)
    const { title, slugs, episodes } = generateTitle(context, 77)
    expect(later).toMatchObject({ slugs, title: { id: title.id, title: title.title } })
    expect(later.episodes.map((episode) => episode.id)).toEqual(episodes.map((episode) => episode.id))
    expect(later.episodes[0]?.airDate).not.toBe(episodes[0]?.airDate)
  })

  it('has ids in the layout of UUID v7, older titles first', () => {
    for (const id of ids)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(ids).toEqual(ids.toSorted())
    const all = titles.flatMap(({ title, episodes }) => [title.id, ...episodes.map((episode) => episode.id)])
    expect(new Set(all).size).toBe(all.length)
  })

  it('has one episode as a movie, and each season and number once', () => {
    for (const { title, episodes } of titles) {
      if (title.kind === 'movie') expect(episodes).toHaveLength(1)
      const numbers = episodes.map((episode) => `${episode.seasonNumber}/${episode.number}`)
      expect(new Set(numbers).size).toBe(numbers.length)
    }
  })

  it('airs around today as its status says', () => {
    for (const { title, episodes } of titles) {
      const aired = episodes.filter(
        ({ airDate }) => airDate && airDate < new Date(+context.today + 86_400_000),
      )
      if (title.airingStatus === 'upcoming') expect(aired).toHaveLength(0)
      if (title.airingStatus === 'ended') expect(aired).toHaveLength(episodes.length)
      if (title.airingStatus === 'airing') expect(aired.length).toBeGreaterThan(0)
    }
  })

  it('comes in every kind, origin, status and price', () => {
    const seen = new Set(
      titles.flatMap(({ title }) => [title.kind, title.origin, title.status, title.airingStatus]),
    )
    expect([...seen].sort()).toEqual([
      'airing',
      'chinese',
      'draft',
      'ended',
      'japanese',
      'korean',
      'movie',
      'other',
      'published',
      'scheduled',
      'series',
      'special',
      'taiwanese',
      'thai',
      'upcoming',
    ])
    expect(titles.some(({ title }) => title.isVip)).toBe(true)
    expect(titles.some(({ episodes }) => episodes.some(({ seasonNumber }) => seasonNumber === 0))).toBe(true)
  })
})

describe('the named world', () => {
  it('keeps its ids, slugs and episodes', () => {
    expect(worldTitles(context.genres).map(({ title, slugs }) => [title.id, slugs[0]])).toEqual(
      Object.values(world.contents).map(({ id, slug }) => [id, slug]),
    )
    expect(
      worldTitles(context.genres)
        .flatMap(({ episodes }) => episodes.map(({ id }) => id))
        .sort(),
    ).toEqual(
      Object.values(world.episodes)
        .map(({ id }) => id)
        .sort(),
    )
  })
})
