import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { settle } from '@marquee/test-kit'
import { awayFromTheTurn } from '../testing/hour.js'
import { serveTrending } from '../testing/serve.js'
import { idOf } from '../testing/titles.js'

const { winterTide, paperLanterns, lastFerry } = world.contents
let place: Awaited<ReturnType<typeof serveTrending>>
let app: Awaited<ReturnType<typeof place.start>>
beforeAll(async () => {
  await awayFromTheTurn()
  // Nothing here waits for Kafka, so none is needed.
  place = await serveTrending({ kafka: ['127.0.0.1:1'], limits: { trendingEveryMs: 100 } })
  app = await place.start()
})
afterAll(() => place.close())

const viewsOf = async (id: string) => (await app.send(`/internal/content/${id}/views`)).json

describe('GET /internal/content/{id}/views', () => {
  it('tells the totals at once, and the rank as soon as the list of all titles is prepared', async () => {
    const counts = [
      [winterTide.id, 2],
      [lastFerry.id, 3],
      [paperLanterns.id, 1],
    ] as const
    for (const [id, count] of counts)
      for (let n = 0; n < count; n++) await app.view(id, { body: { viewerId: `v${n}` } })
    expect(await viewsOf(winterTide.id.toUpperCase())).toMatchObject({ totalViews: 2, dayViews: 2 })
    await settle(async () => {
      expect(await viewsOf(lastFerry.id)).toEqual({ totalViews: 3, dayViews: 3, rank: 1 })
      expect(await viewsOf(winterTide.id)).toEqual({ totalViews: 2, dayViews: 2, rank: 2 })
      expect(await viewsOf(paperLanterns.id)).toEqual({ totalViews: 1, dayViews: 1, rank: 3 })
    })
  })

  it('counts the running day apart from the days before', async () => {
    const { redis, key } = place.counters.open()
    const today = Math.floor(Date.now() / 86_400_000)
    await redis.hset(key('totals'), idOf(1), 10)
    await redis.hset(key(`days:${idOf(1)}`), { [today - 1]: 4, [today]: 6 })
    expect(await viewsOf(idOf(1))).toEqual({ totalViews: 10, dayViews: 6, rank: null })
  })

  it('has zeros for a title that nobody viewed, and asks no catalogue about it', async () => {
    const asked = place.catalog.asked.length
    expect(await viewsOf(idOf(999))).toEqual({ totalViews: 0, dayViews: 0, rank: null })
    expect(place.catalog.asked.length).toBe(asked)
  })

  it('knows ids only', async () => {
    expect((await app.send(`/internal/content/${winterTide.slug}/views`)).status).toBe(400)
  })
})
