import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { WrongColumns } from './drama-columns.js'
import { MalformedCsv } from './drama-source.js'
import { type DramaOptions, importDramas } from './import-dramas.js'
import { bulkDatabase, checksums, events } from './testing/bulk-database.js'

const file = fileURLToPath(new URL('testing/dramas.csv', import.meta.url))
let folder: string
let database: Awaited<ReturnType<typeof bulkDatabase>>
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'marquee-dramas-'))
  database = await bulkDatabase()
})
afterAll(async () => {
  await database.close()
  await rm(folder, { recursive: true })
})

const run = (options: Partial<DramaOptions> = {}) =>
  importDramas(database.pool, {
    ...{ file, source: 'dramas', origin: 'korean', today: '2026-02-01', batch: 2, dryRun: false },
    startProgress: () => ({ at: () => undefined, end: () => undefined }),
    invalidate: async () => undefined,
    ...options,
  })
const rows = async (text: string) => (await database.pool.query(text)).rows
const written = async (text: string) => {
  const made = path.join(folder, `${Math.random()}.csv`)
  await writeFile(made, text)
  return made
}

describe('a list of dramas', () => {
  it('is tried out without a trace, and the report of the real run says the same', async () => {
    const before = await checksums(database.pool)
    const told = await run({ dryRun: true })
    expect(await checksums(database.pool)).toEqual(before)
    const report = await run()
    expect({ ...told, dryRun: false, lastChanged: [] }).toEqual({ ...report, lastChanged: [] })
    expect(report).toMatchObject({ rows: 7, added: 4, changed: 0, skipped: { count: 3 } })
    expect(report.skipped.rows.map(({ row, reasons }) => [row, reasons.length > 0])).toEqual([
      [4, true],
      [5, true],
      [6, true],
    ])
    const lost = report.dropped.map(({ field }) => field)
    expect(lost).toEqual(
      expect.arrayContaining(['Rank', 'rating', 'votes', 'episodes', 'duration', 'start', 'end', 'days']),
    )
    expect(report.dropped.every(({ reason, count }) => reason.length > 5 && count > 0)).toBe(true)
  })

  it('comes in with genres, tags, cast, ratings, episodes on their days, projections and events', async () => {
    const [title] = await rows(
      `SELECT l.id, l.year, l.origin, l.genre_ids, l.tag_ids, c.age_rating, c.total_episodes, c.airing_status, c.description
       FROM content_listing AS l JOIN content_metadata AS c ON c.id = l.id WHERE l.slug = 'winter-tide'`,
    )
    expect(title).toMatchObject({
      year: 2025,
      origin: 'korean',
      age_rating: '15+',
      total_episodes: 4,
      airing_status: 'ended',
    })
    expect(title.description).toContain('island that sent her away.\nShe has')
    const named = async (table: string, ids: string[]) =>
      (
        await database.pool.query(`SELECT name FROM ${table} WHERE id = ANY($1) ORDER BY name`, [ids])
      ).rows.map(({ name }) => name)
    expect(await named('genres', title.genre_ids)).toEqual(['Romance', 'Thriller'])
    expect(await named('tags', title.tag_ids)).toEqual(['HBC', 'Seaside', 'Slow burn'])
    const of = async (text: string) => (await database.pool.query(text, [title.id])).rows
    expect(
      await of(
        `SELECT p.name, m.is_lead FROM cast_members m JOIN persons p ON p.id = m.person_id
         WHERE m.content_id = $1 ORDER BY m.sort_order`,
      ),
    ).toEqual([
      { name: 'Han Seo', is_lead: true },
      { name: 'Lin Wei', is_lead: true },
      { name: 'Kitamura Aoi', is_lead: false },
    ])
    expect(
      await of('SELECT source, rating::float8, votes FROM external_ratings WHERE content_id = $1'),
    ).toEqual([{ source: 'dramas', rating: 8.7, votes: 1204 }])
    const episodes = await of(
      `SELECT number, duration_seconds AS seconds, to_char(air_date AT TIME ZONE 'UTC', 'MM-DD') AS day, aired
       FROM episode_listing WHERE content_id = $1 ORDER BY number`,
    )
    expect(episodes).toEqual(
      ['11-03', '11-04', '11-10', '11-11'].map((day, n) => ({
        number: n + 1,
        seconds: 3720,
        day,
        aired: true,
      })),
    )
    const told = await events(database.pool)
    expect(told.map(({ type, version }) => [type, version])).toEqual(Array(4).fill(['content.created', 1]))
    const [{ count }] = await rows(`SELECT count(*)::integer FROM outbox WHERE type = 'episode.created'`)
    expect(count).toBe(4 + 8 + 1)
  })

  it('knows a genre and a person by name, whatever the case', async () => {
    expect(await rows(`SELECT count(*)::integer FROM genres WHERE lower(name) = 'romance'`)).toEqual([
      { count: 1 },
    ])
    expect(await rows(`SELECT count(*)::integer FROM persons WHERE name = 'Han Seo'`)).toEqual([{ count: 1 }])
  })

  it('changes nothing the second time', async () => {
    const before = await checksums(database.pool)
    expect(await run()).toMatchObject({ added: 0, changed: 0, unchanged: 4, gone: 0, kept: { count: 0 } })
    expect(await checksums(database.pool)).toEqual(before)
  })

  it('leaves alone what an editor changed', async () => {
    await database.pool.query(
      `UPDATE content_metadata SET original_title = 'Edited', description = 'By hand', version = version + 1 WHERE slug = 'winter-tide'`,
    )
    await database.pool.query('DELETE FROM outbox')
    const header = 'Name,Native Title,Synopsis,Aired Date\n'
    const changed = await written(
      `${header}Winter Tide,겨울 바다,New text,"Nov 3, 2025"\nLast Ferry,막배,,10-Jun-17\n`,
    )
    const report = await run({ file: changed })
    expect(report).toMatchObject({ added: 0, changed: 2, gone: 2 })
    expect(report.kept.fields).toEqual(
      expect.arrayContaining([{ slug: 'winter-tide', field: 'originalTitle', sourceChanged: true }]),
    )
    const [title] = await rows(
      `SELECT original_title, description FROM content_metadata WHERE slug = 'winter-tide'`,
    )
    expect(title).toEqual({ original_title: 'Edited', description: 'By hand' })
    expect((await events(database.pool)).map(({ type }) => type)).toEqual([
      'content.updated',
      'content.updated',
    ])
  })

  it.each([
    ['an empty file', '', MalformedCsv],
    ['an open quote', 'Title\n"Winter\n', MalformedCsv],
    ['no title', 'A,B\n1,2\n', WrongColumns],
  ])('is refused when it is %s', async (_, text, error) => {
    await expect(run({ file: await written(text) })).rejects.toThrow(error)
  })

  it('is read with a mark of byte order, other line ends and no rows', async () => {
    const marked = await written('\ufeffTitle,Start_date\r\nLanterns,1/9/2026\r\n')
    expect(await run({ file: marked, source: 'marked' })).toMatchObject({ added: 1, dropped: [] })
    expect(await run({ file: await written('Title\n'), source: 'none' })).toMatchObject({ rows: 0, added: 0 })
  })
})
