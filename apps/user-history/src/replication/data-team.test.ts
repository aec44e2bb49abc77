import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { createPool, type Pool, transaction } from '@marquee/postgres'
import { seededRandom } from '@marquee/seed'
import { silentLogger } from '@marquee/service-kit'
import { countPlays } from '../analytics/count-play-store.js'
import { untilReplayed } from './follow.js'
import { markPosition } from './heartbeat-store.js'
import { type TestPair, testPair } from './testing/test-pair.js'

const text = readFileSync(new URL('../../../../docs/data-team.md', import.meta.url), 'utf8')
const blocks = new Map(
  [...text.matchAll(/```sql\n-- ([a-z-]+)\n([\s\S]*?)```/g)].map(([, name, sql]) => [name!, sql!]),
)

const dayMs = 86_400_000
const random = seededRandom(7)
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!
const uuid = (kind: number, n: number) =>
  `00000000-0000-4000-8000-${String(kind).padStart(4, '0')}${String(n).padStart(8, '0')}`

const titles = ['Winter Tide', 'Paper Lanterns', 'Jade Court', 'Last Ferry', 'Mango Season'].map(
  (title, n) => ({
    id: uuid(1, n),
    title,
    slug: title.toLowerCase().replace(' ', '-'),
  }),
)
const people = Array.from({ length: 40 }, (_, n) => ({
  id: uuid(2, n),
  country: n % 7 === 0 ? null : pick(['KR', 'JP', 'TH']),
  createdAt: new Date(Date.now() - Math.floor(random() * 120) * dayMs),
}))
const plays = Array.from({ length: 600 }, (_, n) => {
  const person = pick(people)
  const since = Date.now() - person.createdAt.getTime()
  return {
    id: uuid(3, n),
    user: person,
    userId: person.id,
    contentId: pick(titles).id,
    watchedAt: new Date(Date.now() - Math.floor(random() * since)),
    watchDuration: Math.floor(random() * 4000),
    completed: random() < 0.6,
  }
})

let test: TestPair
let analyst: Pool
beforeAll(async () => {
  test = await testPair()
  await transaction(test.primary, async (tx) => {
    for (const { id, title, slug } of titles)
      await tx.query(
        `INSERT INTO content_titles (id, slug, kind, title, origin, status, version) VALUES ($1, $2, 'series', $3, 'korean', 'published', 1)`,
        [id, slug, title],
      )
    for (const { id, country, createdAt } of people)
      await tx.query('INSERT INTO users (id, email, country, created_at) VALUES ($1, $2, $3, $4)', [
        id,
        `${id}@people.example.com`,
        country,
        createdAt,
      ])
    for (const play of plays)
      await tx.query(
        `INSERT INTO user_watch_history (id, user_id, content_id, run, watched_at, watch_duration, completed, source)
         VALUES ($1, $2, $3, 1, $4, $5, $6, 'test')`,
        [play.id, play.userId, play.contentId, play.watchedAt, play.watchDuration, play.completed],
      )
    await countPlays(tx, plays)
  })
  await test.setup()
  await untilReplayed(test.pair, { timeoutMs: 20_000, tell: () => undefined })
  analyst = createPool({ url: test.as('replica', 'analyst'), name: 'test', log: silentLogger })
})
afterAll(async () => {
  await analyst.end()
  await test.close()
})

const ask = async (name: string) => (await analyst.query(blocks.get(name)!)).rows
const dayOf = (at: Date) => at.toISOString().slice(0, 10)
const daysAgo = (days: number) => dayOf(new Date(Date.now() - days * dayMs))
const round = (value: number, digits: number) =>
  Number((Math.round(value * 10 ** digits + 1e-9) / 10 ** digits).toFixed(digits))
const distinct = (items: readonly unknown[]) => new Set(items).size
const grouped = <T>(items: readonly T[], by: (item: T) => string): [string, T[]][] =>
  [...new Set(items.map(by))].map((group) => [group, items.filter((item) => by(item) === group)])

describe('the queries of docs/data-team.md', () => {
  it('are all run here', () => {
    expect([...blocks.keys()]).toEqual([
      'freshness',
      'most-watched',
      'daily-viewers',
      'retention',
      'also-watched',
    ])
  })

  it('tell how old the answers are', async () => {
    await markPosition(test.primary)
    await untilReplayed(test.pair, { timeoutMs: 20_000, tell: () => undefined })
    const [state] = await ask('freshness')
    expect(state.role).toBe('replica')
    expect(state.seconds_old).toBeGreaterThanOrEqual(0)
    expect(state.seconds_old).toBeLessThan(20)
  })

  it('tell what was watched most', async () => {
    const recent = plays.filter(({ watchedAt }) => dayOf(watchedAt) > daysAgo(28))
    const expected = titles
      .map(({ id, title }) => ({ title, all: recent.filter(({ contentId }) => contentId === id) }))
      .filter(({ all }) => all.length > 0)
      .map(({ title, all }) => ({
        title,
        plays: all.length,
        hours: round(all.reduce((sum, { watchDuration }) => sum + watchDuration, 0) / 3600, 1),
        completed_percent: round((100 * all.filter(({ completed }) => completed).length) / all.length, 1),
      }))
      .sort((a, b) => b.plays - a.plays || (a.title < b.title ? -1 : 1))
    expect(expected.length).toBeGreaterThan(2)
    expect(await ask('most-watched')).toEqual(expected)
  })

  it('tell who watched on each day', async () => {
    const recent = plays.filter(({ watchedAt }) => dayOf(watchedAt) >= daysAgo(29))
    const expected = grouped(
      recent,
      ({ watchedAt, user }) => `${dayOf(watchedAt)} ${user.country ?? 'unknown'}`,
    )
      .map(([group, all]) => ({
        day: group.slice(0, 10),
        country: group.slice(11),
        viewers: distinct(all.map(({ userId }) => userId)),
        plays: all.length,
        hours: round(all.reduce((sum, { watchDuration }) => sum + watchDuration, 0) / 3600, 2),
      }))
      .sort((a, b) =>
        a.day !== b.day
          ? a.day < b.day
            ? -1
            : 1
          : b.viewers - a.viewers || (a.country < b.country ? -1 : 1),
      )
    expect(expected.length).toBeGreaterThan(30)
    expect(await ask('daily-viewers')).toEqual(expected)
  })

  it('tell who comes back', async () => {
    const monthOf = (at: Date) => at.getUTCFullYear() * 12 + at.getUTCMonth()
    const share = (all: typeof people, later: number) =>
      Math.round(
        (100 *
          all.filter((person) =>
            plays.some(
              ({ userId, watchedAt }) =>
                userId === person.id && monthOf(watchedAt) - monthOf(person.createdAt) === later,
            ),
          ).length) /
          all.length,
      )
    const expected = grouped(people, ({ createdAt }) => createdAt.toISOString().slice(0, 7))
      .map(([joined, all]) => ({
        joined,
        people: all.length,
        same_month: share(all, 0),
        one_later: share(all, 1),
        two_later: share(all, 2),
        three_later: share(all, 3),
      }))
      .sort((a, b) => (a.joined < b.joined ? -1 : 1))
    expect(expected.length).toBeGreaterThan(2)
    expect(await ask('retention')).toEqual(expected)
  })

  it('tell what else was watched', async () => {
    const winterTide = titles[0]!.id
    const fans = new Set(
      plays.filter(({ contentId }) => contentId === winterTide).map(({ userId }) => userId),
    )
    const expected = titles
      .slice(1)
      .map(({ id, title }) => {
        const also = distinct(
          plays
            .filter(({ contentId, userId }) => contentId === id && fans.has(userId))
            .map(({ userId }) => userId),
        )
        return { title, fans: also, percent_of_fans: round((100 * also) / fans.size, 1) }
      })
      .sort((a, b) => b.fans - a.fans || (a.title < b.title ? -1 : 1))
    expect(fans.size).toBeGreaterThan(5)
    expect(await ask('also-watched')).toEqual(expected)
  })
})
