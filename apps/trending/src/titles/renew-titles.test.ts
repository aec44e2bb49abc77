import { afterAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type InternalTitle, world } from '@marquee/contracts'
import type { Counters } from '../counters-store.js'
import { testCounters } from '../testing/counters.js'
import { idOf } from '../testing/titles.js'
import { renewTitles } from './renew-titles.js'
import { titleOfEvent } from './title-state.js'
import { applyTitles, keptTitles } from './title-store.js'

const worlds: ReturnType<typeof testCounters>[] = []
afterAll(() => Promise.all(worlds.map((place) => place.close())))

const pageSize = 3
let counters: Counters
let owned: InternalTitle[]
beforeEach(async () => {
  const place = testCounters()
  worlds.push(place)
  counters = place.open()
  owned = Array.from({ length: 8 }, (_, n) => ({
    ...world.contents.winterTide,
    id: idOf(n),
    slug: `title-${n}`,
    version: 3,
    status: n === 5 ? 'archived' : n === 6 ? 'draft' : 'published',
  }))
  await events(...owned)
})

/** As the consumer keeps what events tell. */
const events = (...titles: InternalTitle[]) =>
  applyTitles(
    counters,
    titles.map((title) =>
      title.status === 'archived'
        ? { id: title.id, version: title.version, status: 'archived' as const }
        : titleOfEvent(title, title.version),
    ),
  )
const asked: string[] = []
/** The catalogue's pages, smaller than it makes them. */
const catalog = {
  async get(path: string) {
    asked.push(path)
    const after = new URL(path, 'http://x').searchParams.get('after') ?? ''
    const items = owned.filter(({ id }) => id > after).slice(0, pageSize)
    const last = items.at(-1)?.id
    const next = last === owned.at(-1)?.id ? null : last
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ items, next })) }
  },
}
const renew = (dryRun = false) => renewTitles(counters, catalog, { dryRun })
async function everything() {
  const { redis, key } = counters
  const titles: unknown[] = []
  for await (const kept of keptTitles(counters)) titles.push(...kept)
  return {
    titles: titles.map((title) => JSON.stringify(title)).sort(),
    slugs: await redis.hgetall(key('slugs')),
  }
}

describe('the copy of titles', () => {
  it('is what events have brought, tombstones and all, and is asked for page by page', async () => {
    expect(await renew(true)).toMatchObject({ what: 'titles', built: 8, differing: 0, swapped: false })
    expect(asked.slice(-3)).toEqual([
      '/internal/titles?limit=500',
      `/internal/titles?limit=500&after=${idOf(2)}`,
      `/internal/titles?limit=500&after=${idOf(5)}`,
    ])
  })

  const damages: Record<string, () => Promise<unknown>> = {
    'a title that is missing': () => counters.redis.del(counters.key(`title:${idOf(0)}`)),
    'one that is old': async () => {
      owned[1] = { ...owned[1]!, version: 4, slug: 'moved' }
    },
    'another summary': () =>
      counters.redis.hset(counters.key(`title:${idOf(2)}`), 'summary', '{"title":"x"}'),
    'another genre': () => counters.redis.hset(counters.key(`title:${idOf(2)}`), 'genres', idOf(9)),
    'a version that nobody told': () => counters.redis.hset(counters.key(`title:${idOf(3)}`), 'version', 99),
    'a version that is none': () => counters.redis.hset(counters.key(`title:${idOf(3)}`), 'version', 'x'),
    'a tombstone of a title that is there': () =>
      applyTitles(counters, [{ id: idOf(4), version: 3, status: 'archived' }], new Map([[idOf(4), 3]])),
    'a title where a tombstone should be': () =>
      applyTitles(
        counters,
        [titleOfEvent({ ...owned[5]!, status: 'published' }, 3)],
        new Map([[idOf(5), 3]]),
      ),
    'a slug that is gone': () => counters.redis.hdel(counters.key('slugs'), 'title-7'),
    'a title that the catalogue does not have': () =>
      events({ ...owned[0]!, id: idOf(50), slug: 'of-nobody' }),
    'nothing at all': async () => {
      for (let n = 0; n < 8; n++) await counters.redis.del(counters.key(`title:${idOf(n)}`))
      await counters.redis.del(counters.key('slugs'))
    },
  }
  for (const [name, damage] of Object.entries(damages))
    it(`is put right where there is ${name}`, async () => {
      await damage()
      const before = await everything()
      expect((await renew(true)).differing).toBeGreaterThan(0)
      expect(await everything()).toEqual(before)
      expect((await renew()).differing).toBeGreaterThan(0)
      const after = await everything()
      expect(await renew()).toMatchObject({ built: 8, differing: 0 })
      const place = testCounters()
      worlds.push(place)
      counters = place.open()
      await events(...owned)
      expect(after).toEqual(await everything())
    })

  it('keeps the rating that the catalogue told with a title', async () => {
    const { redis, key } = counters
    const rated = JSON.stringify({
      ...JSON.parse((await redis.hget(key(`title:${idOf(0)}`), 'summary'))!),
      rating: 9,
    })
    await redis.hset(key(`title:${idOf(0)}`), 'summary', rated)
    expect(await renew()).toMatchObject({ differing: 0 })
    expect(await redis.hget(key(`title:${idOf(0)}`), 'summary')).toBe(rated)
  })

  it('has viewed titles ranked again that were put right', async () => {
    const { redis, key } = counters
    await redis.hset(key('totals'), idOf(3), 1)
    await redis.hset(key(`title:${idOf(3)}`), 'origin', 'thai')
    await renew()
    expect(await redis.smembers(key('changed'))).toEqual([idOf(3)])
  })
})
