import { describe, expect, it } from '@jest/globals'
import { type Content, ContentDetails, type Part, world } from '@marquee/contracts'
import { type Gathered, type Outcome, present } from './present.js'

const content = {
  ...world.contents.winterTide,
  episodes: [world.episodes.winterTide1],
  credits: [],
} as Content
const list = { items: [world.reviews.minaOnWinterTide], next: 'more', summary: world.reviewSummary }
const views = { totalViews: 10, dayViews: 2, rank: null }
const fromPrimary = { viewers: 3, plays: 4, source: 'primary' as const, ageMs: 0 }
const fromReplica = { ...fromPrimary, source: 'replica' as const, ageMs: 1500 }

const answered = <T extends object>(value: T): Outcome<T> => ({ value })
const recalled = <T extends object>(value: T): Outcome<T> => ({
  value,
  recalled: { ageMs: 42 },
  reason: 'why',
})
const nothing = { value: null, reason: 'why' } as const
const good: Gathered = {
  content,
  reviews: answered(list),
  trending: answered(views),
  audience: answered(fromPrimary),
  viewer: answered(world.viewerState),
}

const fresh = (source: string): Part => ({ state: 'fresh', ageMs: 0, source })
const stale: Part = { state: 'stale', ageMs: 42, source: 'cache', reason: 'why' }
const missing: Part = { state: 'missing', ageMs: null, source: null, reason: 'why' }

describe('a part', () => {
  const cases: [string, Partial<Gathered>, keyof ContentDetails['parts'], unknown, Part][] = [
    ['reviews answered', {}, 'reviews', { items: list.items, summary: list.summary }, fresh('reviews')],
    [
      'reviews of before',
      { reviews: recalled(list) },
      'reviews',
      { items: list.items, summary: list.summary },
      stale,
    ],
    ['no reviews', { reviews: nothing }, 'reviews', null, missing],
    ['trending answered', {}, 'trending', views, fresh('trending')],
    ['trending of before', { trending: recalled(views) }, 'trending', views, stale],
    ['no trending', { trending: nothing }, 'trending', null, missing],
    ['audience of the primary', {}, 'audience', { viewers: 3, plays: 4 }, fresh('primary')],
    [
      'audience of the replica',
      { audience: answered(fromReplica) },
      'audience',
      { viewers: 3, plays: 4 },
      { state: 'stale', ageMs: 1500, source: 'replica', reason: 'answered by a copy that may lag' },
    ],
    ['audience of before', { audience: recalled(fromPrimary) }, 'audience', { viewers: 3, plays: 4 }, stale],
    [
      'audience of before, of the replica of then',
      { audience: recalled(fromReplica) },
      'audience',
      { viewers: 3, plays: 4 },
      { ...stale, ageMs: 1542 },
    ],
    ['no audience', { audience: nothing }, 'audience', null, missing],
    ['viewer answered', {}, 'viewer', world.viewerState, fresh('user-history')],
    ['viewer of before', { viewer: recalled(world.viewerState) }, 'viewer', world.viewerState, stale],
    ['no viewer state', { viewer: nothing }, 'viewer', null, missing],
  ]
  it.each(cases)('%s', (_what, part, name, value, marked) => {
    const details = present({ ...good, ...part })
    expect([details[name as 'reviews'], details.parts[name]]).toEqual([value, marked])
    expect(ContentDetails.parse(details)).toEqual(details)
    const others = Object.entries(details.parts).filter(([other]) => other !== name)
    expect(others.every(([, { state }]) => state === 'fresh')).toBe(true)
  })
})

describe('the whole', () => {
  it('has the title once, and its episodes and credits beside it', () => {
    const details = present(good)
    expect(details.content).toEqual(world.contents.winterTide)
    expect([details.episodes, details.credits]).toEqual([[world.episodes.winterTide1], []])
    expect(details.parts.catalog).toEqual(fresh('catalog'))
    const { episodes, credits, ...bare } = content
    expect(present({ ...good, content: bare as Content })).toMatchObject({ episodes: [], credits: [] })
  })

  it('of an anonymous caller has no viewer at all', () => {
    const details = present({ ...good, viewer: null })
    expect(details).not.toHaveProperty('viewer')
    expect(details.parts).not.toHaveProperty('viewer')
  })

  it('with nothing but the title is still an answer', () => {
    const details = present({
      content,
      reviews: nothing,
      trending: nothing,
      audience: nothing,
      viewer: nothing,
    })
    expect(ContentDetails.parse(details)).toMatchObject({
      content: { slug: 'winter-tide' },
      reviews: null,
      trending: null,
      audience: null,
      viewer: null,
      parts: { reviews: missing, trending: missing, audience: missing, viewer: missing },
    })
  })
})
