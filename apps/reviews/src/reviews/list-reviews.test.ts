import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Review } from '@marquee/contracts'
import {
  type App,
  aPerson,
  asEditor,
  jadeCourt,
  lastFerry,
  mangoSeason,
  paperLanterns,
  serveReviews,
  winterTide,
} from '../testing/serve.js'
import { filterOf } from './review-page-store.js'
import { sortFields } from './review-pages.js'

let place: Awaited<ReturnType<typeof serveReviews>>
let app: App
const people = Array.from({ length: 23 }, aPerson)
const posted: Review[] = []
let hidden: Review
beforeAll(async () => {
  place = await serveReviews()
  app = await place.start()
  // Ratings repeat, so that pages end among equals.
  for (const [n, as] of people.entries())
    posted.push(
      (await app.post(winterTide.id, as, { rating: 1 + ((n * 7) % 5), hasSpoilers: n % 4 === 0 })).json,
    )
  for (const [n, review] of posted.entries())
    for (const as of people.slice(0, n % 4).filter((one) => one !== review.userId))
      await app.change(review, '/helpful', { method: 'PUT', as })
  hidden = (await app.post(winterTide.id, aPerson(), { rating: 10 })).json
  await app.change(hidden, '/moderation', { method: 'PATCH', ...asEditor, body: { status: 'hidden' } })
})
afterAll(() => place.close())

/** Every page of a list, by following `next`. */
async function everything(query: string, limit = 5): Promise<Review[]> {
  const items: Review[] = []
  for (let next: string | null = ''; next !== null; ) {
    const cursor: string = next && `&cursor=${encodeURIComponent(next)}`
    const { json } = await app.list(winterTide.id, `?${query}&limit=${limit}${cursor}`)
    expect(json.items.length).toBeLessThanOrEqual(limit)
    items.push(...json.items)
    next = json.next
  }
  return items
}

const newestFirst = (a: Review, b: Review) =>
  Date.parse(b.createdAt) - Date.parse(a.createdAt) || (a.id === b.id ? 0 : a.id < b.id ? 1 : -1)
const by = {
  newest: newestFirst,
  helpful: (a: Review, b: Review) => b.helpfulCount - a.helpfulCount || newestFirst(a, b),
  highest: (a: Review, b: Review) => b.rating - a.rating || newestFirst(a, b),
  lowest: (a: Review, b: Review) => a.rating - b.rating || newestFirst(a, b),
}

describe('the list of reviews', () => {
  it.each(['newest', 'helpful', 'highest', 'lowest'] as const)(
    'by %s gives each once, page by page',
    async (sort) => {
      const items = await everything(`sort=${sort}`)
      expect(items.map(({ id }) => id)).toEqual(items.toSorted(by[sort]).map(({ id }) => id))
      expect(new Set(items.map(({ id }) => id))).toEqual(new Set(posted.map(({ id }) => id)))
      expect(await everything(`sort=${sort}`, 100)).toEqual(items)
    },
  )

  it('leaves out spoilers where asked, and sums up all published reviews', async () => {
    const items = await everything('spoilers=exclude')
    expect(items.every(({ hasSpoilers }) => !hasSpoilers)).toBe(true)
    expect(items).toHaveLength(posted.filter(({ hasSpoilers }) => !hasSpoilers).length)
    const { json } = await app.list(winterTide.id, '?spoilers=exclude&limit=1')
    const sum = posted.reduce((total, { rating }) => total + rating, 0)
    expect(json.summary).toMatchObject({ count: 23, average: sum / 23 })
    const given = Object.values(json.summary.distribution as Record<string, number>)
    expect(given).toHaveLength(10)
    expect(given.reduce((total, n) => total + n, 0)).toBe(23)
  })

  it('is empty for a title that nobody has reviewed', async () => {
    const { json, headers } = await app.list(paperLanterns.slug)
    expect(json).toMatchObject({ items: [], next: null, summary: { count: 0, average: null } })
    expect(headers.get('cache-control')).toBe('public, no-cache')
  })

  it('names the next page in Link', async () => {
    const { json, headers } = await app.list(winterTide.slug, '?sort=lowest&limit=2')
    const link = /^<(.*)>; rel="next"$/.exec(headers.get('link')!)![1]!
    expect(link).toContain(encodeURIComponent(json.next))
    const next = await app.send(link)
    expect(next.json.items).toHaveLength(2)
  })

  it('does not take the cursor of another list, nor one that was touched', async () => {
    const { next } = (await app.list(winterTide.id, '?sort=newest&limit=2')).json
    await app.post(lastFerry.id, aPerson())
    const cursor = encodeURIComponent(next)
    for (const [title, query] of [
      [winterTide.id, `sort=highest&cursor=${cursor}`],
      [winterTide.id, `spoilers=exclude&cursor=${cursor}`],
      [lastFerry.id, `cursor=${cursor}`],
      [winterTide.id, `cursor=${cursor.slice(0, -2)}AA`],
      [winterTide.id, 'cursor=%7B%22%24gt%22%3A%22%22%7D'],
    ] as const)
      expect(await app.list(title, `?${query}`)).toMatchObject({
        status: 400,
        json: { code: 'invalid_cursor' },
      })
    expect((await app.list(winterTide.slug, `?sort=newest&cursor=${cursor}`)).status).toBe(200)
  })

  it('refuses what it does not know', async () => {
    for (const query of ['sort=price', 'sort[$ne]=x', 'spoilers=maybe', 'status=all', 'limit=0', 'limit=101'])
      expect((await app.list(winterTide.id, `?${query}`)).status).toBe(400)
    for (const ref of [mangoSeason.id, mangoSeason.slug, aPerson(), 'no-such-title'])
      expect((await app.list(ref)).json.code).toBe('content_not_found')
  })

  it.each(['newest', 'helpful', 'highest', 'lowest'] as const)(
    'by %s is read off its index: no sorting, and nothing of earlier pages but the equals of the last one',
    async (sort) => {
      const { reviews } = place.test.database
      const list = { contentId: winterTide.id, sort, spoilers: 'include', status: 'published' } as const
      const page = await everything(`sort=${sort}`, 10)
      const last = page[9]!
      const created = Date.parse(last.createdAt)
      const lead = { newest: [], helpful: [last.helpfulCount], highest: [last.rating], lowest: [last.rating] }
      const { executionStats, queryPlanner } = (await reviews
        .find(filterOf(list, [...lead[sort], created, last.id]))
        .sort(Object.fromEntries(sortFields[sort]))
        .limit(3)
        .explain('executionStats')) as unknown as Explained
      const plan = JSON.stringify(queryPlanner.winningPlan)
      expect(plan).toContain(`"indexName":"${sort}"`)
      expect(plan).not.toContain('"SORT"')
      const equals = page
        .slice(0, 10)
        .filter((one) => by[sort]({ ...one, ...same }, { ...last, ...same }) === 0)
      expect(executionStats.nReturned).toBe(3)
      expect(executionStats.totalKeysExamined).toBeLessThanOrEqual(3 + equals.length + 2)
    },
  )
})

interface Explained {
  queryPlanner: { winningPlan: object }
  executionStats: { nReturned: number; totalKeysExamined: number }
}
/** Leaves of two reviews only what leads in a sort. */
const same = { createdAt: '2026-01-01T00:00:00.000Z', id: '' }

describe('hidden reviews', () => {
  it('are in no list but that of moderators and of their author', async () => {
    expect((await everything('sort=newest')).map(({ id }) => id)).not.toContain(hidden.id)
    const ids = async (ask: object) =>
      (await app.list(winterTide.id, '?status=hidden', ask)).json.items.map(({ id }: Review) => id)
    expect(await ids(asEditor)).toEqual([hidden.id])
    expect(await ids({ as: hidden.userId })).toEqual([hidden.id])
    expect(await ids({ as: people[0] })).toEqual([])
    const { json, headers } = await app.list(winterTide.id, '?status=hidden', asEditor)
    expect(json.summary.count).toBe(23)
    expect(headers.get('cache-control')).toBe('private, no-store')
    expect((await app.list(winterTide.id, '?status=hidden')).status).toBe(401)
    expect((await app.list(winterTide.id, '?status=hidden', { as: 'nightly-job' })).status).toBe(403)
  })
})

describe('titles', () => {
  it('are asked of the catalogue once, and then known', async () => {
    const asked = () => place.catalog.asked.filter((path) => path.includes(jadeCourt.slug)).length
    await Promise.all(Array.from({ length: 10 }, () => app.list(jadeCourt.slug)))
    await app.list(jadeCourt.id)
    expect(asked()).toBe(1)
  })

  it('that are unknown here are 503 while the catalogue is down, and known ones are answered', async () => {
    place.catalog.state.status = 500
    try {
      const unknown = await app.list('never-heard-of')
      expect(unknown).toMatchObject({ status: 503, json: { code: 'unavailable' } })
      expect(unknown.headers.get('retry-after')).toBe('2')
      expect((await app.list(winterTide.id)).status).toBe(200)
    } finally {
      place.catalog.state.status = 200
    }
  })
})
