import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { createLease, type Lease } from '@marquee/postgres'
import { settle } from '@marquee/test-kit'
import { testCatalog } from '../testing/test-catalog.js'
import { figureBatches } from './apply-figures.js'
import { calmly } from './calmly.js'
import { listingRefresh } from './refresh-listing.js'
import { applyRatings, applyStats } from './stats-store.js'

let test: Awaited<ReturnType<typeof testCatalog>>
let lease: Lease
beforeAll(async () => {
  test = await testCatalog()
  lease = createLease(test.catalog.pool, 'test.jobs', 'test')
})
afterAll(async () => {
  await lease.release()
  await test.close()
})

const { winterTide, paperLanterns, jadeCourt, lastFerry } = world.contents
const told = (id: string, subjectVersion: number, totalViews: number) => ({
  subjectVersion,
  data: { id, totalViews, popularity: totalViews / 2 },
})
const read = async (id: string) => (await test.api(`/api/v1/content/${id}`)).json

describe('figures told by content.stats', () => {
  it('show in the title at once, and the version stays', async () => {
    const before = await test.api(`/api/v1/content/${winterTide.id}`)
    const batch = figureBatches(test.catalog)
    await batch.stats([told(winterTide.id, 1, 10), told(paperLanterns.id, 1, 20)])
    const after = await test.api(`/api/v1/content/${winterTide.id}`)
    expect(after.json).toEqual({ ...winterTide, totalViews: 10, popularity: 5 })
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'))
    expect(await read(paperLanterns.id)).toMatchObject({ totalViews: 20, version: 1 })
    await batch.stop()
  })

  it('end at the newest statement whatever order they come in, and twice is once', async () => {
    const statements = [4, 2, 7, 3, 7, 1].map((version) => told(jadeCourt.id, version, version * 100))
    const changed: number[] = []
    for (const statement of statements) {
      const batch = figureBatches(test.catalog)
      changed.push(await batch.stats([statement, statement]))
      await batch.stop()
    }
    expect(changed).toEqual([1, 0, 1, 0, 0, 0])
    expect(await read(jadeCourt.id)).toMatchObject({ totalViews: 700, popularity: 350 })
    const batch = figureBatches(test.catalog)
    await batch.stats([9, 8].map((version) => told(jadeCourt.id, version, version * 100)))
    await batch.stop()
    expect(await read(jadeCourt.id)).toMatchObject({ totalViews: 900 })
  })

  it('of a title that is not known do not stop the others', async () => {
    const batch = figureBatches(test.catalog)
    await batch.stats([told('0192ffff-ffff-7fff-bfff-ffffffffffff', 1, 1), told(lastFerry.id, 1, 3)])
    await batch.stop()
    expect(await read(lastFerry.id)).toMatchObject({ totalViews: 3 })
  })

  it('come into the list by the job, which sorts by them', async () => {
    await settle(() => lease.epoch() !== null)
    const refresh = listingRefresh(test.catalog.pool, lease)
    await applyStats(test.catalog.pool, [
      { id: winterTide.id, totalViews: 5000, popularity: 1, version: 50 },
      { id: jadeCourt.id, totalViews: 4000, popularity: 9000, version: 50 },
    ])
    await refresh()
    const first = async (sort: string) =>
      (await test.api(`/api/v1/content?limit=1&sort=${sort}`)).json.items[0].id
    expect([await first('views'), await first('popularity')]).toEqual([winterTide.id, jadeCourt.id])
    await applyStats(test.catalog.pool, [{ id: lastFerry.id, totalViews: 6000, popularity: 2, version: 50 }])
    await refresh()
    expect(await first('views')).toBe(lastFerry.id)
    await lease.release()
    await applyStats(test.catalog.pool, [{ id: jadeCourt.id, totalViews: 9000, popularity: 2, version: 51 }])
    await refresh()
    expect(await first('views')).toBe(lastFerry.id)
  })
})

describe('ratings told by rating.changed', () => {
  const rated = (contentId: string, subjectVersion: number, sum: number, count: number) => ({
    subjectVersion,
    data: { contentId, sum, count, average: count === 0 ? null : sum / count },
  })
  const ratingOf = async (id: string) => {
    const { rating, ratingCount, version } = await read(id)
    return { rating, ratingCount, version }
  }

  it('show in the title at once, as a mean of two decimals, and are null again without reviews', async () => {
    await read(winterTide.id)
    const batch = figureBatches(test.catalog)
    await batch.ratings([rated(winterTide.id, 1, 25, 3)])
    expect(await ratingOf(winterTide.id)).toEqual({ rating: 8.33, ratingCount: 3, version: 1 })
    await batch.stop()
    const another = figureBatches(test.catalog)
    await another.ratings([rated(winterTide.id, 2, 0, 0)])
    expect(await ratingOf(winterTide.id)).toEqual({ rating: null, ratingCount: 0, version: 1 })
    await another.stop()
  })

  it('end at the newest statement in any order, and neither they nor figures of views undo each other', async () => {
    const id = paperLanterns.id
    for (const version of [4, 2, 7, 3, 7, 1]) {
      const batch = figureBatches(test.catalog)
      await batch.ratings([rated(id, version, version, 1), rated(id, version, version, 1)])
      await batch.stats([told(id, version + 20, version * 10)])
      await batch.stop()
    }
    expect(await read(id)).toMatchObject({ rating: 7, ratingCount: 1, totalViews: 70 })
  })

  it('of a title that is not known do not stop the others', async () => {
    const batch = figureBatches(test.catalog)
    await batch.ratings([
      rated('0192ffff-ffff-7fff-bfff-fffffffffffe', 1, 5, 1),
      rated(lastFerry.id, 1, 10, 1),
    ])
    await batch.stop()
    expect(await ratingOf(lastFerry.id)).toMatchObject({ rating: 10, ratingCount: 1 })
  })

  it('share the quiet time with the figures of views: one invalidation of a title in 5 s', async () => {
    const forgotten: string[][] = []
    const contents = {
      ...test.catalog.cache.contents,
      invalidate: async (ids: string[]) => void forgotten.push(ids),
    }
    const batch = figureBatches({ ...test.catalog, cache: { ...test.catalog.cache, contents } })
    await batch.ratings([rated(jadeCourt.id, 1, 8, 1)])
    await batch.stats([told(jadeCourt.id, 1000, 1)])
    await batch.ratings([rated(jadeCourt.id, 2, 9, 1)])
    expect(forgotten).toEqual([[jadeCourt.id]])
    await batch.stop()
    expect(forgotten).toEqual([[jadeCourt.id], [jadeCourt.id]])
  })

  it('come into the list by the job, scored by the mean of all: one 10 does not lead', async () => {
    const { pool } = test.catalog
    const own = createLease(pool, 'test.ratings', 'test')
    await settle(() => own.epoch() !== null)
    await applyRatings(pool, [
      { id: winterTide.id, sum: 90, count: 10, version: 50 },
      { id: jadeCourt.id, sum: 10, count: 1, version: 50 },
      { id: lastFerry.id, sum: 30, count: 10, version: 50 },
      { id: paperLanterns.id, sum: 0, count: 0, version: 50 },
    ])
    const refresh = listingRefresh(pool, own)
    await refresh()
    const { items } = (await test.api('/api/v1/content?sort=rating')).json
    const shown = items.map(({ id, rating }: { id: string; rating: number }) => [id, rating])
    expect(shown).toEqual([
      [winterTide.id, 9],
      [jadeCourt.id, 10],
      [lastFerry.id, 3],
      [paperLanterns.id, null],
    ])
    // The mean of all reviews is 130 / 21, and none was known when the titles were scored first.
    const { rows } = await pool.query('SELECT rating_score AS score FROM content_listing WHERE id = $1', [
      winterTide.id,
    ])
    expect(rows[0].score).toBeCloseTo((10 * (130 / 21) + 90) / 20, 1)
    await own.release()
  })
})

describe('calmly', () => {
  it('works at once, then once per interval, and never drops the last', async () => {
    const calls: string[][] = []
    const forget = calmly(async (ids) => void calls.push(ids), 200)
    await forget.add(['a'])
    for (let n = 0; n < 20; n++) await forget.add(['a', 'b'])
    expect(calls).toEqual([['a'], ['b']])
    await settle(() => calls.length === 3)
    expect(calls[2]!.sort()).toEqual(['a', 'b'])
    await forget.add(['a'])
    expect(calls).toHaveLength(3)
    await forget.stop()
    expect(calls[3]).toEqual(['a'])
  })
})
