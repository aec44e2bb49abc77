import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { packagedBangumiFile } from './bangumi-source.js'
import { type Item, packaged, run } from './testing/bangumi-files.js'
import { bulkDatabase, checksums, events } from './testing/bulk-database.js'

/** Park and Miller: the same 30 titles each time. */
function seeded(count: number, of: number): number[] {
  let state = 20_261_121
  return Array.from({ length: count }, () => {
    state = (state * 48_271) % 2_147_483_647
    return state % of
  })
}

let database: Awaited<ReturnType<typeof bulkDatabase>>

describe('the whole of bangumi-data', () => {
  beforeAll(async () => {
    database = await bulkDatabase()
  })

  afterAll(() => database.close())

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
