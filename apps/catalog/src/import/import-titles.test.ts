import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { ImportOvertaken, openRun } from './import-run-store.js'
import { emptyReport } from './report.js'
import { type Item, packaged, run, today, fileOf as writeFileOf } from './testing/bangumi-files.js'
import { bulkDatabase, checksums, contents, events } from './testing/bulk-database.js'
import { runCli } from './testing/command-line.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'marquee-import-'))
})
afterAll(() => rm(folder, { recursive: true }))

const fileOf = (items: Item[]) => writeFileOf(folder, items)

type Database = Awaited<ReturnType<typeof bulkDatabase>>
let database: Database
const databases: Database[] = []
async function another(): Promise<Database> {
  const made = await bulkDatabase()
  databases.push(made)
  return made
}
afterAll(() => Promise.all(databases.map((made) => made.close())))

describe('a second version of the source', () => {
  const item = (title: string, more: Partial<Item> = {}): Item => ({
    title,
    titleTranslate: { en: [`English ${title}`], 'zh-Hans': [`中文${title}`] },
    type: 'tv',
    lang: 'ja',
    officialSite: '',
    begin: '2020-04-01T15:00:00.000Z',
    end: '2020-06-24T15:00:00.000Z',
    sites: [
      { site: 'bangumi', id: title },
      { site: 'mal', id: '7' },
    ],
    ...more,
  })
  const titleOf = async (original: string) =>
    (await database.pool.query('SELECT * FROM content_metadata WHERE original_title = $1', [original]))
      .rows[0]

  beforeAll(async () => {
    database = await another()
    await run(database.pool, await fileOf([item('一'), item('二'), item('三'), item('四')]))
    // As an editor's PATCH and DELETE leave it.
    const edit = async (original: string, change: string) => {
      const { id } = await titleOf(original)
      await database.pool.query(
        `UPDATE content_metadata SET ${change}, version = version + 1 WHERE id = $1`,
        [id],
      )
    }
    await edit('二', `title = 'Edited', description = 'By hand', year = 1999`)
    await edit('四', `status = 'archived'`)
    await database.pool.query('DELETE FROM outbox')
  })

  it('changes what the source changed, keeps what an editor changed, and says so', async () => {
    const invalidated: string[] = []
    const file = await fileOf([
      item('一', {
        titleTranslate: { en: ['New', 'Also'], ko: ['새'] },
        type: 'web',
        sites: [
          { site: 'bangumi', id: '一' },
          { site: 'mal', id: '8' },
        ],
      }),
      item('二', { titleTranslate: { en: ['New Two'], 'zh-Hans': ['中文二'] }, end: '' }),
      item('四', { end: '' }),
      item('五'),
      item('五'),
    ])
    const report = await run(database.pool, file, {
      invalidate: async (ids) => {
        invalidated.push(...ids)
      },
    })
    expect(report).toMatchObject({ rows: 5, added: 1, changed: 2, unchanged: 0, gone: 1 })
    expect(report.skipped.rows.map(({ row, reasons }) => [row, reasons])).toEqual([
      [4, ['the same title is in the source already']],
      [2, ['archived here']],
    ])
    expect(report.kept.fields).toEqual([
      { slug: (await titleOf('二')).slug, field: 'title', sourceChanged: true },
      { slug: (await titleOf('二')).slug, field: 'year', sourceChanged: false },
    ])
    expect(await titleOf('一')).toMatchObject({
      title: 'New',
      kind: 'series',
      version: 2,
      title_language: 'en',
    })
    expect(await titleOf('二')).toMatchObject({
      title: 'Edited',
      description: 'By hand',
      year: 1999,
      airing_status: 'airing',
      version: 3,
    })
    expect(await titleOf('三')).toMatchObject({ version: 1 })
    expect(invalidated.sort()).toEqual([(await titleOf('一')).id, (await titleOf('二')).id].sort())
  })

  it('brings names, external ids and the projection along', async () => {
    const { id } = await titleOf('一')
    const rows = async (text: string) => (await database.pool.query(text, [id])).rows
    expect(
      await rows(
        'SELECT language, title, aliases FROM content_translations WHERE content_id = $1 ORDER BY language',
      ),
    ).toEqual([
      { language: 'en', title: 'New', aliases: ['Also'] },
      { language: 'ja', title: '一', aliases: [] },
      { language: 'ko', title: '새', aliases: [] },
    ])
    expect(
      await rows(`SELECT external_id, url FROM external_ids WHERE content_id = $1 AND source = 'mal'`),
    ).toEqual([{ external_id: '8', url: 'https://myanimelist.net/anime/8' }])
    expect(await rows('SELECT title, titles, slug FROM content_listing WHERE id = $1')).toEqual([
      { title: 'New', titles: 'New\nAlso\n一\n새', slug: (await titleOf('一')).slug },
    ])
  })

  it('tells only the titles that changed, each with its new version', async () => {
    const told = await events(database.pool)
    const expected = [
      { type: 'content.created', slug: (await titleOf('五')).slug, version: 1 },
      { type: 'content.updated', slug: (await titleOf('一')).slug, version: 2 },
      { type: 'content.updated', slug: (await titleOf('二')).slug, version: 3 },
    ]
    expect(told).toHaveLength(3)
    expect(told).toEqual(expect.arrayContaining(expected))
  })
})

describe('a dry run', () => {
  it('compares and writes nothing', async () => {
    const { pool } = await another()
    const items = packaged.items.slice(0, 60)
    await run(pool, await fileOf(items.slice(0, 50)))
    const before = await checksums(pool)
    const [first, ...rest] = items as [Item, ...Item[]]
    const file = await fileOf([{ ...first, titleTranslate: { en: ['Another'] } }, ...rest])
    const report = await run(pool, file, { dryRun: true, batch: 20 })
    expect(report).toMatchObject({ dryRun: true, rows: 60, added: 10, changed: 1, unchanged: 49, gone: 0 })
    expect(await checksums(pool)).toEqual(before)
    expect((await pool.query('SELECT FROM import_runs')).rows).toHaveLength(1)
  })
})

describe('an import beside others', () => {
  it('waits for an editor who has the row, and keeps what he wrote', async () => {
    const { pool } = await another()
    const [first, second] = packaged.items as [Item, Item]
    const before = await fileOf([first, second])
    await run(pool, before)
    const after = await fileOf([{ ...first, titleTranslate: { en: ['From the source'] } }, second])
    const { rows } = await pool.query('SELECT id, slug FROM content_metadata WHERE original_title = $1', [
      first.title,
    ])
    const editor = await pool.connect()
    await editor.query('BEGIN')
    await editor.query(
      `UPDATE content_metadata SET title = 'By the editor', version = version + 1 WHERE id = $1`,
      [rows[0].id],
    )
    const importing = run(pool, after)
    await settle(
      async () => {
        const waiting = await pool.query(
          `SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'SELECT /* content.lock */%'
           AND clock_timestamp() - query_start > interval '0.3 s' AND datname = current_database()`,
        )
        return (waiting.rowCount ?? 0) > 0
      },
      { timeoutMs: 10_000 },
    )
    await editor.query('COMMIT')
    editor.release()
    expect((await importing).kept.fields).toEqual([
      { slug: rows[0].slug, field: 'title', sourceChanged: true },
    ])
    const { rows: now } = await pool.query('SELECT title, version FROM content_metadata WHERE id = $1', [
      rows[0].id,
    ])
    expect(now).toEqual([{ title: 'By the editor', version: 3 }])
  })

  it('stops when another import of the same source has moved the resume point', async () => {
    const { pool } = await another()
    const file = await fileOf(packaged.items.slice(0, 40))
    const stolen = {
      at: (row: number) => void (row === 10 && pool.query(`UPDATE import_runs SET position = 1000`)),
      end: () => undefined,
    }
    await expect(run(pool, file, { batch: 10, startProgress: () => stolen })).rejects.toThrow(ImportOvertaken)
  })

  it('begins anew when the source is another than that of the interrupted run', async () => {
    const { pool } = await another()
    await openRun(
      pool,
      { name: 'bangumi-data', version: 'of yesterday' },
      emptyReport('bangumi-data', 'of yesterday', false),
    )
    await pool.query(`UPDATE import_runs SET position = 30`)
    const report = await run(pool, await fileOf(packaged.items.slice(0, 40)))
    expect(report).toMatchObject({ added: 40, resumedAt: null })
  })
})

describe('an import that is killed', () => {
  it('and run again leaves what one clean run leaves', async () => {
    const [killed, clean] = [await another(), await another()]
    const file = await fileOf(packaged.items.slice(1000, 2400))
    const args = ['import', 'bangumi', '--file', file, '--today', today, '--batch', '100', '--json']
    const whole = runCli(args, clean.url).ended
    for (const after of [300, 800]) {
      const { child, ended } = runCli(args, killed.url)
      await settle(
        async () => {
          const { rows } = await killed.pool.query(`SELECT position FROM import_runs WHERE position >= $1`, [
            after,
          ])
          return rows.length > 0
        },
        { timeoutMs: 30_000 },
      )
      child.kill('SIGKILL')
      expect((await ended).code).toBeNull()
    }
    const last = await runCli(args, killed.url).ended
    expect(last).toMatchObject({ code: 0, stderr: expect.not.stringContaining('Error') })
    const report = JSON.parse(last.stdout)
    expect(report).toMatchObject({ rows: 1400, added: 1400, unchanged: 0, skipped: { count: 0 } })
    expect(report.resumedAt).toBeGreaterThanOrEqual(800)
    expect(report.resumedAt).toBeLessThan(1400)
    expect((await whole).code).toBe(0)
    expect(await contents(killed.pool)).toEqual(await contents(clean.pool))
  })

  it('after a batch was written and before the cache knew tells the cache when it goes on', async () => {
    const { pool } = await another()
    const [first, ...rest] = packaged.items.slice(0, 30) as [Item, ...Item[]]
    await run(pool, await fileOf([first, ...rest]))
    const changed = await fileOf([{ ...first, titleTranslate: { en: ['Changed'] } }, ...rest])
    const dies = () => Promise.reject(new Error('killed here'))
    await expect(run(pool, changed, { batch: 10, invalidate: dies })).rejects.toThrow('killed here')
    const told: string[] = []
    const invalidate = async (ids: string[]) => void told.push(...ids)
    expect(await run(pool, changed, { batch: 10, invalidate })).toMatchObject({
      resumedAt: 10,
      changed: 1,
      rows: 30,
    })
    const { rows } = await pool.query(`SELECT id FROM content_metadata WHERE title = 'Changed'`)
    expect(told).toEqual([rows[0].id])
  })
})
