import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { seededRandom, shuffled } from '@marquee/seed'
import { testDatabase } from '../testing/test-database.js'
import { episodeCopy, titleCopy } from './copies.js'
import { keepCopies, keepEpisodes, keepTitles } from './copies-store.js'
import { countAired } from './news-store.js'

let database: Awaited<ReturnType<typeof testDatabase>>
let id: string
beforeAll(async () => {
  database = await testDatabase()
})
beforeEach(() => {
  id = randomUUID()
})
afterAll(() => database.close())

const title = (version: number) =>
  titleCopy({ ...world.contents.winterTide, id, title: `v${version}`, originalTitle: null }, version)
const episode = (version: number) =>
  episodeCopy({ ...world.episodes.winterTide1, id, title: `v${version}` }, version)
const kept = async (table = 'content_titles') =>
  (await database.primary.query(`SELECT title, status, version FROM ${table} WHERE id = $1`, [id])).rows[0]

describe('what is kept of a title', () => {
  it('is its newest version, whatever order they come in, in one batch or many', async () => {
    expect(await keepTitles(database.primary, shuffled([1, 5, 3, 5, 2].map(title), seededRandom(1)))).toBe(1)
    expect(await kept()).toEqual({ title: 'v5', status: 'published', version: 5 })
    expect(await keepTitles(database.primary, [title(4)])).toBe(0)
    expect(await kept()).toMatchObject({ version: 5 })
    await keepTitles(database.primary, [title(6)])
    expect(await kept()).toMatchObject({ title: 'v6', version: 6 })
  })

  it('is its name also once it is deleted, and nothing older brings it back', async () => {
    await keepTitles(database.primary, [title(2)], [{ id, version: 3 }])
    expect(await kept()).toEqual({ title: 'v2', status: 'archived', version: 3 })
    await keepTitles(database.primary, [title(2), title(3)])
    expect(await kept()).toMatchObject({ status: 'archived', version: 3 })
    await keepTitles(database.primary, [title(4)], [{ id, version: 3 }])
    expect(await kept()).toEqual({ title: 'v4', status: 'published', version: 4 })
  })

  it('is a tombstone where it was deleted before it was known', async () => {
    await keepTitles(database.primary, [], [{ id, version: 7 }])
    await keepTitles(database.primary, [title(6)])
    expect(await kept()).toEqual({ title: null, status: 'archived', version: 7 })
  })

  it('can be written by many at once', async () => {
    const ids = Array.from({ length: 60 }, () => randomUUID())
    const batch = (version: number) => ids.map((id) => ({ ...title(version), id }))
    const orders = Array.from({ length: 10 }, (_, n) => shuffled(batch(n + 1), seededRandom(n)))
    await Promise.all(orders.map((titles) => keepTitles(database.primary, titles)))
    const { rows } = await database.primary.query(
      'SELECT DISTINCT version FROM content_titles WHERE id = ANY($1)',
      [ids],
    )
    expect(rows).toEqual([{ version: 10 }])
  })
})

describe('what is kept of an episode', () => {
  it('is its newest version, and its name once it is deleted', async () => {
    const { contentId } = world.episodes.winterTide1
    await keepEpisodes(database.primary, [2, 3, 1].map(episode))
    expect(await kept('content_episodes')).toEqual({ title: 'v3', status: 'published', version: 3 })
    await keepEpisodes(database.primary, [episode(4)], [{ id, contentId, version: 5 }])
    expect(await kept('content_episodes')).toEqual({ title: 'v4', status: 'archived', version: 5 })
    const other = randomUUID()
    await keepEpisodes(database.primary, [], [{ id: other, contentId, version: 2 }])
    await keepEpisodes(database.primary, [{ ...episode(1), id: other }])
    const { rows } = await database.primary.query('SELECT status FROM content_episodes WHERE id = $1', [
      other,
    ])
    expect(rows).toEqual([{ status: 'archived' }])
  })
})

describe('when an episode became published', () => {
  const since = async () =>
    (await database.primary.query('SELECT published_at AS at FROM content_episodes WHERE id = $1', [id]))
      .rows[0].at
  const draft = (version: number) => ({ ...episode(version), status: 'draft' as const })

  it('is kept until it does so again', async () => {
    await keepEpisodes(database.primary, [draft(1)])
    expect(await since()).toBeNull()
    await keepEpisodes(database.primary, [episode(2)])
    const first = await since()
    expect(Math.abs(Date.now() - first)).toBeLessThan(60_000)
    await keepEpisodes(database.primary, [episode(3)])
    await keepEpisodes(database.primary, [draft(4)])
    expect(await since()).toEqual(first)
    await keepEpisodes(database.primary, [episode(5)])
    expect(+(await since())).toBeGreaterThan(+first)
  })
})

describe('the news of a title', () => {
  const news = async () =>
    (await database.primary.query('SELECT * FROM content_news WHERE content_id = $1', [id])).rows[0]
  const at = (days: number) => new Date(Date.now() + days * 86_400_000)
  const aired = (days: number, more = {}) => ({
    ...episode(1),
    ...{ id: randomUUID(), contentId: id, airDate: at(days).toISOString(), ...more },
  })

  it('tell what aired last and what airs next, but of specials and of what is not published', async () => {
    const last = aired(-7)
    await keepCopies(database.primary, {
      titles: [title(1)],
      episodes: [
        ...[last, aired(-14), aired(14)],
        ...[
          aired(7, { status: 'scheduled' }),
          aired(-1, { status: 'draft' }),
          aired(-2, { seasonNumber: 0 }),
        ],
      ],
    })
    const { version, aired_at, next_air_at } = await news()
    expect([version, aired_at.toISOString()]).toEqual([1, last.airDate])
    expect(Math.round((next_air_at - Date.now()) / 86_400_000)).toBe(14)
  })

  it('count every change, also one that is told again, and what has aired since', async () => {
    const coming = aired(14)
    for (let n = 0; n < 3; n++) await keepCopies(database.primary, { episodes: [coming] })
    await keepCopies(database.primary, { goneTitles: [{ id, version: 9 }] })
    expect((await news()).version).toBe(4)
    await database.primary.query('UPDATE content_episodes SET air_date = now() WHERE id = $1', [coming.id])
    await database.primary.query(`UPDATE content_news SET next_air_at = now() WHERE content_id = $1`, [id])
    expect(await countAired(database.primary)).toBe(1)
    expect(await news()).toMatchObject({ version: 5, next_air_at: null, aired_at: expect.any(Date) })
    expect(await countAired(database.primary)).toBe(0)
  })
})
