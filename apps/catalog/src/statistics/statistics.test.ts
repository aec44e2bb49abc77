import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { createLease, type Lease } from '@marquee/postgres'
import { settle } from '@marquee/test-kit'
import { testCatalog } from '../testing/test-catalog.js'
import { calmly, contentStatsBatch } from './apply-content-stats.js'
import { listingRefresh } from './refresh-listing.js'
import { applyStats } from './stats-store.js'

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
    const batch = contentStatsBatch(test.catalog)
    await batch.apply([told(winterTide.id, 1, 10), told(paperLanterns.id, 1, 20)])
    const after = await test.api(`/api/v1/content/${winterTide.id}`)
    expect(after.json).toEqual({ ...winterTide, totalViews: 10, popularity: 5 })
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'))
    expect(await read(paperLanterns.id)).toMatchObject({ totalViews: 20, version: 1 })
    await batch.stop()
  })

  it('end at the newest statement whatever order they come in, and twice is once', async () => {
    const statements = [4, 2, 7, 3, 7, 1].map((version) => told(jadeCourt.id, version, version * 100))
    for (const statement of statements) {
      const batch = contentStatsBatch(test.catalog)
      await batch.apply([statement, statement])
      await batch.stop()
    }
    expect(await read(jadeCourt.id)).toMatchObject({ totalViews: 700, popularity: 350 })
    const batch = contentStatsBatch(test.catalog)
    await batch.apply([9, 8].map((version) => told(jadeCourt.id, version, version * 100)))
    await batch.stop()
    expect(await read(jadeCourt.id)).toMatchObject({ totalViews: 900 })
  })

  it('of a title that is not known do not stop the others', async () => {
    const batch = contentStatsBatch(test.catalog)
    await batch.apply([told('0192ffff-ffff-7fff-bfff-ffffffffffff', 1, 1), told(lastFerry.id, 1, 3)])
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
