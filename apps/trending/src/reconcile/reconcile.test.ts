import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Figure, writeFigures } from '@marquee/service-kit'
import { prepare } from '../ranking/prepare.js'
import { countersTime, seedCounters } from '../seed/seed-store.js'
import { seedViews } from '../seed/seed-views.js'
import { testCounters } from '../testing/counters.js'
import { awayFromTheTurn } from '../testing/hour.js'
import { idOf, knowTitles } from '../testing/titles.js'
import { applyTitles } from '../titles/title-store.js'
import { checkLists } from './check-lists.js'
import { figuresOf } from './figures-store.js'
import { reconcile } from './reconcile-store.js'

const test = testCounters()
const counters = test.open()
const { redis, key } = counters
const length = 100
let plan: Parameters<typeof seedViews>[0]
let folder: string
beforeAll(async () => {
  await awayFromTheTurn()
  folder = await mkdtemp(join(tmpdir(), 'trending-figures-'))
  const ids = await knowTitles(counters, 30)
  plan = { seed: 3, views: 3000, days: 20, ids, endMs: await countersTime(counters) }
  await seedCounters(counters, plan)
  const token = (await counters.run('takeLease', 'test', 60_000)) as string
  await prepare(counters, token, null, { length })
})
afterAll(async () => {
  await rm(folder, { recursive: true })
  await test.close()
})

const failing = async () => {
  const { checks } = await reconcile(counters, { attempts: 1 })
  return [...checks, await checkLists(counters, { length })]
    .filter(({ differing }) => differing > 0)
    .map(({ name, differing, examples }) => ({ name, differing, examples }))
}

describe('the checks', () => {
  it('compare every id, hour, title and row, and find nothing', async () => {
    expect(await failing()).toEqual([])
    const { checks } = await reconcile(counters)
    expect(checks.map(({ compared }) => compared)).toEqual([3000, expect.any(Number), 30, 30])
    expect((await checkLists(counters, { length })).compared).toBeGreaterThan(100)
  })

  it('each find their own damage, and name it', async () => {
    const hour = Math.floor(plan.endMs / 3_600_000) - 30
    const ids = (await redis.getBuffer(key(`ids:${hour}`)))!
    const day = Object.keys(await redis.hgetall(key(`days:${idOf(4)}`)))[0]!
    const damages: [damage: () => Promise<unknown>, undo: () => Promise<unknown>, checks: string[]][] = [
      [
        () => redis.setrange(key(`ids:${hour}`), 0, ids.subarray(16, 32)),
        () => redis.set(key(`ids:${hour}`), ids),
        ['a view id is stored once'],
      ],
      [
        () => redis.set(key(`ids:${hour}`), ids.subarray(16)),
        () => redis.set(key(`ids:${hour}`), ids),
        ['view ids against buckets, by hour'],
      ],
      [
        () => redis.hincrby(key('totals'), idOf(4), 1),
        () => redis.hincrby(key('totals'), idOf(4), -1),
        ['totals against buckets, by title'],
      ],
      [
        () => redis.hincrby(key(`days:${idOf(4)}`), day, 1),
        () => redis.hincrby(key(`days:${idOf(4)}`), day, -1),
        ['days against buckets, by title'],
      ],
      [
        () => redis.rename(key('items:daily'), key('elsewhere')),
        () => redis.rename(key('elsewhere'), key('items:daily')),
        ['served lists against buckets, by row'],
      ],
    ]
    for (const [damage, undo, checks] of damages) {
      await damage()
      const found = await failing()
      expect(found.map(({ name }) => name)).toEqual(checks)
      expect(found[0]!.examples.length).toBeGreaterThan(0)
      expect(found[0]!.examples.length).toBeLessThanOrEqual(20)
      await undo()
    }
    expect(await failing()).toEqual([])
  })
})

describe('the figures', () => {
  const read = async (options: { ids: boolean }): Promise<Figure[]> => {
    const file = join(folder, 'figures')
    await writeFigures(file, figuresOf(counters, options))
    return (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
  }
  const named = (figures: Figure[], name: string) =>
    new Map(figures.filter(({ figure }) => figure === name).map(({ key, value }) => [key, value]))

  it('tell views by title and by day, titles with tombstones, and what waits', async () => {
    await applyTitles(counters, [{ id: idOf(29), version: 7, status: 'archived' }])
    const figures = await read({ ids: false })
    const [titles, days] = [new Map<string, number>(), new Map<string, number>()]
    for (const { contentId, ms } of seedViews(plan)) {
      const day = `${contentId} ${new Date(ms).toISOString().slice(0, 10)}`
      titles.set(contentId, (titles.get(contentId) ?? 0) + 1)
      days.set(day, (days.get(day) ?? 0) + 1)
    }
    const asText = (counted: Map<string, number>) => new Map([...counted].map(([at, n]) => [at, String(n)]))
    expect(named(figures, 'views by title')).toEqual(asText(titles))
    expect(named(figures, 'views by title and day')).toEqual(asText(days))
    expect(named(figures, 'titles').size).toBe(30)
    expect(named(figures, 'titles').get(idOf(29))).toBe('7 archived')
    expect(named(figures, 'titles').get(idOf(0))).toBe('1 published')
    expect(named(figures, 'outbox')).toEqual(new Map([['trending', String(await redis.xlen(key('outbox')))]]))
    expect(named(figures, 'view ids').size).toBe(0)
  })

  it('tell every view id when asked, and leave out what is older than 30 whole days, and zeros', async () => {
    const old = Math.floor(plan.endMs / 86_400_000) - 31
    await redis.hset(key(`days:${idOf(1)}`), old, 5)
    await redis.hset(key('totals'), idOf(40), 0)
    const figures = await read({ ids: true })
    expect([...named(figures, 'view ids').keys()].sort()).toEqual(
      [...seedViews(plan)].map(({ eventId }) => eventId).sort(),
    )
    const date = new Date(old * 86_400_000).toISOString().slice(0, 10)
    expect(named(figures, 'views by title and day').has(`${idOf(1)} ${date}`)).toBe(false)
    expect(named(figures, 'views by title').has(idOf(40))).toBe(false)
  })
})
