import { describe, expect, it } from '@jest/globals'
import {
  Content,
  ContentRef,
  CreateContent,
  CreateEpisode,
  Episode,
  Limit,
  mayAccess,
  PatchContent,
  readLimits,
  world,
} from './index.js'

describe('the named world', () => {
  it.each(Object.values(world.contents))('holds a valid title: $slug', (content) => {
    expect(Content.parse(content)).toEqual(content)
  })
  it.each(Object.values(world.episodes))('holds a valid episode: $title', (episode) => {
    expect(Episode.parse(episode)).toEqual(episode)
  })
})

describe('bodies', () => {
  const valid = { kind: 'movie', title: 'Tide', origin: 'thai', originalLanguage: 'th', status: 'published' }
  it('refuses unknown fields, so nobody assigns what is not theirs', () => {
    expect(CreateContent.safeParse({ ...valid, version: 7 }).success).toBe(false)
    expect(CreateContent.safeParse(valid).success).toBe(true)
  })
  it('wants a time for a scheduled title', () => {
    expect(CreateContent.safeParse({ ...valid, status: 'scheduled' }).success).toBe(false)
    expect(
      CreateContent.safeParse({ ...valid, status: 'scheduled', publishAt: '2026-12-01T00:00:00Z' }).success,
    ).toBe(true)
  })
  it('takes web addresses only', () => {
    for (const posterUrl of ['javascript:alert(1)', 'data:text/html,x', 'ftp://example.com/a', 'poster.jpg'])
      expect(PatchContent.safeParse({ posterUrl }).success).toBe(false)
    expect(PatchContent.safeParse({ posterUrl: null }).success).toBe(true)
  })
  it('keeps the credits inside the episode', () => {
    const episode = { seasonNumber: 1, number: 1, title: 'A', status: 'published', durationSeconds: 60 }
    expect(CreateEpisode.safeParse({ ...episode, creditsStartSeconds: 61 }).success).toBe(false)
    expect(CreateEpisode.safeParse({ ...episode, creditsStartSeconds: 60 }).success).toBe(true)
  })
})

describe('values of a path or query', () => {
  it('reads a title by slug or by UUID in any case', () => {
    expect(ContentRef.parse('Winter-tide'.toLowerCase())).toBe('winter-tide')
    expect(ContentRef.parse('01920000-0000-7000-8000-00000000000A')).toBe(
      '01920000-0000-7000-8000-00000000000a',
    )
    for (const text of ['', 'a b', '../x', 'Ünïcode', 'a'.repeat(121)])
      expect(ContentRef.safeParse(text).success).toBe(false)
  })
  it('refuses a limit over the maximum instead of clamping it', () => {
    expect(Limit.parse(undefined)).toBe(20)
    expect(Limit.parse('100')).toBe(100)
    for (const text of ['0', '-1', '101', '1e9', '007', '1.5', ''])
      expect(Limit.safeParse(text).success).toBe(false)
  })
})

describe('limits', () => {
  it('can be overridden by environment, and every wrong one is named', () => {
    expect(readLimits({ MARQUEE_LIMIT_RATE_PER_SECOND: '7' }).ratePerSecond).toBe(7)
    expect(() => readLimits({ MARQUEE_LIMIT_PAGE_MAX: 'x', MARQUEE_LIMIT_BODY_BYTES: '-1' })).toThrow(
      /PAGE_MAX.*\n.*BODY_BYTES/,
    )
  })
})

describe('access', () => {
  const viewer = { sub: 'a', roles: ['user'], scopes: ['data'] }
  it('gives each level to those who hold it, and everything to admins', () => {
    expect(
      ['public', 'viewer', 'editor', 'data', 'admin'].map((a) => mayAccess(viewer, a as 'public')),
    ).toEqual([true, true, false, true, false])
    expect(mayAccess({ sub: 'b', roles: ['admin'], scopes: [] }, 'data')).toBe(true)
    expect(mayAccess(null, 'viewer')).toBe(false)
  })
})
