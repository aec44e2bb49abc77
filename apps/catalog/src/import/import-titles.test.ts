import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { packagedBangumiFile } from './bangumi-source.js'
import { importBangumi } from './import-bangumi.js'
import { ImportOvertaken, openRun } from './import-run-store.js'
import { emptyReport } from './report.js'
import { bulkDatabase, checksums, contents, events } from './testing/bulk-database.js'
import { runCli } from './testing/command-line.js'

interface Item {
  title: string
  titleTranslate: Record<string, string[]>
  type: string
  lang: string
  officialSite: string
  begin: string
  end: string
  sites: { site: string; id?: string; url?: string }[]
}
interface Bangumi {
  siteMeta: Record<string, { urlTemplate: string }>
  items: Item[]
}

const packaged: Bangumi = JSON.parse(readFileSync(packagedBangumiFile(), 'utf8'))
const today = '2026-11-21'
const quiet = { at: () => undefined, end: () => undefined }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'marquee-import-'))
})
afterAll(() => rm(folder, { recursive: true }))

let files = 0
async function fileOf(items: Item[]): Promise<string> {
  const file = path.join(folder, `${files++}.json`)
  await writeFile(file, JSON.stringify({ siteMeta: packaged.siteMeta, items }))
  return file
}

type Options = Partial<Parameters<typeof importBangumi>[1]>
const run = (pool: Database['pool'], file: string, options: Options = {}) =>
  importBangumi(pool, {
    file,
    today,
    batch: 500,
    dryRun: false,
    startProgress: () => quiet,
    invalidate: async () => undefined,
    ...options,
  })

type Database = Awaited<ReturnType<typeof bulkDatabase>>
let database: Database
const databases: Database[] = []
async function another(): Promise<Database> {
  const made = await bulkDatabase()
  databases.push(made)
  return made
}
afterAll(() => Promise.all(databases.map((made) => made.close())))

/** Park and Miller: the same 30 titles each time. */
function seeded(count: number, of: number): number[] {
  let state = 20_261_121
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647
    return state % of
  })
}

describe('the whole of bangumi-data', () => {
  beforeAll(async () => {
    database = await another()
  })

  it('comes in as 8,483 titles, each with one event, its statistics and its projection', async () => {
    const report = await run(database.pool, packagedBangumiFile())
    expect(report).toMatchObject({
      rows: 8483,
      added: 8483,
      changed: 0,
      unchanged: 0,
      skipped: { count: 0 },
      gone: 0,
    })
    const told = await events(database.pool)
    expect(told).toHaveLength(8483)
    expect(new Set(told.map(({ type, version }) => `${type} ${version}`))).toEqual(
      new Set(['content.created 1']),
    )
    const { rows } = await database.pool.query(
      `SELECT (SELECT count(*) FROM content_metadata WHERE status = 'published') AS titles,
         (SELECT count(*) FROM content_slugs) AS slugs, (SELECT count(*) FROM content_stats WHERE total_views = 0) AS stats,
         (SELECT count(*) FROM content_listing WHERE titles <> '') AS listed`,
    )
    expect(rows).toEqual([{ titles: 8483, slugs: 8483, stats: 8483, listed: 8483 }])
  })

  it('tells each dropped field with its count and reason', async () => {
    const { rows } = await database.pool.query(`SELECT report FROM import_runs WHERE status = 'finished'`)
    const dropped: { field: string; count: number; reason: string }[] = rows[0].report.dropped
    const counts = Object.fromEntries(dropped.map(({ field, count }) => [field, count]))
    expect(counts).toMatchObject({
      begin: 8483,
      end: packaged.items.filter(({ end }) => end !== '').length,
      officialSite: 1,
      'sites.begin': packaged.items
        .flatMap(({ sites }) => sites as { begin?: string }[])
        .filter(({ begin }) => begin).length,
    })
    expect(dropped.every(({ reason }) => reason.length > 10)).toBe(true)
  })

  it.each(seeded(30, 8483))('keeps row %i as the source has it', async (row) => {
    const item = packaged.items[row] as Item
    const identity = item.sites.find(({ site }) => site === 'bangumi')?.id ?? ''
    const { rows } = await database.pool.query(
      `SELECT c.* FROM content_metadata c JOIN external_ids x ON x.content_id = c.id AND x.source = 'bangumi'
       WHERE x.external_id = $1 AND c.original_title = $2`,
      [identity, item.title.trim()],
    )
    const [title] = rows
    const local = new Date(Date.parse(item.begin) + (item.lang === 'ja' ? 9 : 8) * 3_600_000)
    expect(rows).toHaveLength(1)
    expect(title).toMatchObject({
      title: item.titleTranslate.en?.[0] ?? item.title,
      kind: { tv: 'series', web: 'series', movie: 'movie', ova: 'special' }[item.type],
      origin: { ja: 'japanese', 'zh-Hans': 'chinese', en: 'other' }[item.lang],
      original_language: item.lang,
      year: local.getUTCFullYear(),
      airing_status: item.end === '' && item.type !== 'movie' ? 'airing' : 'ended',
      status: 'published',
      version: 1,
    })
    await expectNames(title.id, item)
    await expectExternalIds(title.id, item)
  })

  async function expectNames(id: string, item: Item) {
    const { rows } = await database.pool.query(
      'SELECT language, title, aliases FROM content_translations WHERE content_id = $1',
      [id],
    )
    const names = Object.fromEntries(
      rows.map(({ language, title, aliases }) => [language, [title, ...aliases]]),
    )
    const own = [...new Set([item.title, ...(item.titleTranslate[item.lang] ?? [])])]
    expect(names).toEqual({ ...item.titleTranslate, [item.lang]: own })
  }

  async function expectExternalIds(id: string, item: Item) {
    const { rows } = await database.pool.query(
      'SELECT source, external_id, url FROM external_ids WHERE content_id = $1',
      [id],
    )
    const expected = item.sites.map((site) => ({
      source: site.site,
      external_id: site.id ?? site.url,
      url:
        site.url ||
        encodeURI((packaged.siteMeta[site.site]?.urlTemplate ?? '').replace('{{id}}', site.id ?? '')),
    }))
    const { officialSite } = item
    if (officialSite) expected.push({ source: 'official', external_id: officialSite, url: officialSite })
    expect(rows).toHaveLength(expected.length)
    expect(rows).toEqual(expect.arrayContaining(expected))
  }

  it('changes nothing and tells nothing the second time', async () => {
    const before = await checksums(database.pool)
    const report = await run(database.pool, packagedBangumiFile())
    expect(report).toMatchObject({ added: 0, changed: 0, unchanged: 8483, kept: { count: 0 } })
    expect(await checksums(database.pool)).toEqual(before)
  })
})

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
    expect(last.code).toBe(0)
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
