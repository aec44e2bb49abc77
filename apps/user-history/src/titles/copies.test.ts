import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { seededRandom, shuffled } from '@marquee/seed'
import { testDatabase } from '../testing/test-database.js'
import { episodeCopy, titleCopy } from './copies.js'
import { keepEpisodes, keepTitles } from './copies-store.js'

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
