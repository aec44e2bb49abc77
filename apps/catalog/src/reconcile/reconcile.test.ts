import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { writeFigures } from '@marquee/service-kit'
import { settle } from '@marquee/test-kit'
import { applyRatings, applyStats } from '../statistics/stats-store.js'
import { newTitle, testCatalog } from '../testing/test-catalog.js'
import { figures } from './figures.js'
import { reconcile } from './reconcile.js'

let test: Awaited<ReturnType<typeof testCatalog>>
beforeAll(async () => {
  test = await testCatalog()
})
afterAll(() => test.close())

const { winterTide, jadeCourt, lastFerry } = world.contents
const episode = world.episodes.winterTide1
const sql = (text: string, ...values: unknown[]) => test.catalog.pool.query(text, values)
const run = (listingRefreshEveryMs = 0) =>
  reconcile({
    pool: test.catalog.pool,
    contents: test.catalog.cache.contents,
    listingRefreshEveryMs,
    pauseMs: 100,
  })

/** What differs now, by check. */
async function differing(listingRefreshEveryMs?: number) {
  const { checks, agrees } = await run(listingRefreshEveryMs)
  const wrong = checks.filter((check) => check.differing > 0)
  expect(agrees).toBe(wrong.length === 0)
  return Object.fromEntries(wrong.map(({ name, examples }) => [name, examples]))
}

describe('the catalogue held against itself', () => {
  it('agrees over every status, title, episode and slug', async () => {
    for (const status of ['draft', 'published'])
      expect(
        (await test.api('/api/v1/content', { method: 'POST', as: 'editor', body: newTitle({ status }) }))
          .status,
      ).toBe(201)
    await test.api('/api/v1/content/winter-tide?include=episodes,credits&lang=ja')
    await settle(async () => (await test.catalog.cache.contents.sample(10)).length > 0)
    const count = async (table: string) => Number((await sql(`SELECT count(*) FROM ${table}`)).rows[0].count)
    const titles = await count('content_metadata')
    expect(await run()).toEqual({
      checks: [
        { name: 'content_listing', compared: titles, differing: 0, examples: [] },
        { name: 'content_listing figures', compared: titles, differing: 0, examples: [] },
        { name: 'episode_listing', compared: await count('episodes'), differing: 0, examples: [] },
        { name: 'content_slugs', compared: titles, differing: 0, examples: [] },
        { name: 'content cache', compared: 1, differing: 0, examples: [] },
      ],
      agrees: true,
      lagging: 0,
    })
  })

  it('names the title whose row in the list is another one, with each column', async () => {
    await sql(
      `UPDATE content_listing SET title = 'Another', genre_ids = '{}', year = NULL WHERE id = $1`,
      winterTide.id,
    )
    const { content_listing } = await differing()
    expect(content_listing).toEqual([
      {
        id: winterTide.id,
        differs: expect.stringMatching(
          /^title is "Another", should be "Winter Tide"; year is null, should be 2025; genre_ids is \[\], should be \[/,
        ),
      },
    ])
    const ids = winterTide.genres.map(({ id }) => id)
    await sql(
      `UPDATE content_listing SET title = $2, genre_ids = $3, year = $4 WHERE id = $1`,
      winterTide.id,
      winterTide.title,
      ids,
      winterTide.year,
    )
    expect(await differing()).toEqual({})
  })

  it('names what is missing, and what should not be there', async () => {
    const extra = '0192ffff-ffff-7fff-bfff-ffffffffffff'
    const listed = (await sql('SELECT * FROM content_listing WHERE id = $1', jadeCourt.id)).rows[0]
    await sql(
      `INSERT INTO content_listing (id, slug, kind, title, origin, status, created_at) VALUES ($1, 'x', 'movie', 'X', 'other', 'draft', now())`,
      extra,
    )
    await sql('DELETE FROM content_listing WHERE id = $1', jadeCourt.id)
    await sql('UPDATE episode_listing SET version = 7 WHERE id = $1', episode.id)
    expect(await differing()).toEqual({
      content_listing: [
        { id: jadeCourt.id, differs: 'is missing' },
        { id: extra, differs: 'should not be there' },
      ],
      episode_listing: [{ id: episode.id, differs: 'version is 7, should be 1' }],
    })
    await sql('DELETE FROM content_listing WHERE id = $1', extra)
    await sql('UPDATE episode_listing SET version = 1 WHERE id = $1', episode.id)
    const columns = Object.keys(listed).filter((column) => !['sort_title', 'search_vector'].includes(column))
    await sql(
      `INSERT INTO content_listing (${columns.join(', ')}) VALUES (${columns.map((_, n) => `$${n + 1}`).join(', ')})`,
      ...columns.map((column) => listed[column]),
    )
    expect(await differing()).toEqual({})
  })

  it('names figures that the job has not copied in time, and only counts those it may still copy', async () => {
    await applyStats(test.catalog.pool, [{ id: lastFerry.id, totalViews: 7, popularity: 2, version: 1 }])
    expect(await differing(60_000)).toEqual({})
    expect((await run(60_000)).lagging).toBeGreaterThan(0)
    expect(await differing()).toEqual({
      'content_listing figures': [
        { id: lastFerry.id, differs: 'total_views is 0, should be 7; popularity is 0, should be 2' },
      ],
    })
    await sql(
      'UPDATE content_listing SET total_views = 7, popularity = 2, rating_score = 3 WHERE id = $1',
      lastFerry.id,
    )
    expect(await differing()).toEqual({
      'content_listing figures': [{ id: lastFerry.id, differs: expect.stringMatching(/^rating_score/) }],
    })
    await sql('UPDATE content_listing SET rating_score = 0 WHERE id = $1', lastFerry.id)
    expect(await differing()).toEqual({})
  })

  it('names a slug that is held by nobody, by another title, or for none', async () => {
    await sql('UPDATE content_slugs SET content_id = $1 WHERE slug = $2', jadeCourt.id, lastFerry.slug)
    const { content_slugs } = await differing()
    expect(content_slugs).toEqual(
      expect.arrayContaining([
        { id: lastFerry.id, differs: `slug is "${lastFerry.slug}", held by ${jadeCourt.id}` },
        { id: jadeCourt.id, differs: `holds "${lastFerry.slug}", has "${jadeCourt.slug}"` },
      ]),
    )
    await sql('DELETE FROM content_slugs WHERE slug = $1', lastFerry.slug)
    expect((await differing()).content_slugs).toEqual([
      { id: lastFerry.id, differs: `slug is "${lastFerry.slug}", held by nobody` },
    ])
    await sql('INSERT INTO content_slugs (slug, content_id) VALUES ($1, $2)', lastFerry.slug, lastFerry.id)
    expect(await differing()).toEqual({})
  })

  it('names a cached title that is not what the store gives, and forgives one that is forgotten meanwhile', async () => {
    const { contents } = test.catalog.cache
    await test.api(`/api/v1/content/${jadeCourt.id}`)
    await settle(async () => (await contents.kept(jadeCourt.id)).length === 1)
    // Past the app, so nobody forgets it.
    await sql('UPDATE content_metadata SET age_rating = $2 WHERE id = $1', jadeCourt.id, '99')
    expect(await differing()).toEqual({
      'content cache': [{ id: jadeCourt.id, differs: 'what is cached as ":" is not what the store gives' }],
    })
    const late = reconcile({
      pool: test.catalog.pool,
      contents: { sample: contents.sample, kept: forgetting },
      listingRefreshEveryMs: 0,
      pauseMs: 1,
    })
    let looks = 0
    async function forgetting(id: string) {
      looks += 1
      if (looks === 3) await contents.invalidate([id])
      return await contents.kept(id)
    }
    expect((await late).agrees).toBe(true)
    expect(looks).toBeGreaterThan(2)
  })

  it('raises no alarm while titles and episodes are edited', async () => {
    let [edits, over] = [0, false]
    const editing = (async () => {
      for (let version = 1; !over; version++) {
        const headers = { 'if-match': `"${version}"` }
        const patch = { method: 'PATCH', as: 'editor', headers } as const
        const body = { title: `Title ${version}`, ...(version % 2 ? { slug: `slug-${version}` } : {}) }
        const [title] = await Promise.all([
          test.api(`/api/v1/content/${lastFerry.id}`, { ...patch, body }),
          test.api(`/api/v1/episodes/${episode.id}`, { ...patch, body: { title: `Episode ${version}` } }),
        ])
        if (title.status !== 200) throw new Error(title.text)
        edits += 1
      }
    })()
    for (let round = 0; round < 10; round++) expect(await differing()).toEqual({})
    over = true
    await editing
    expect(edits).toBeGreaterThan(3)
  })
})

describe('figures for the other apps', () => {
  it('are totals, sums of ratings, versions of every title and episode, and what waits to be told', async () => {
    await applyStats(test.catalog.pool, [{ id: lastFerry.id, totalViews: 7, popularity: 2, version: 1 }])
    await applyRatings(test.catalog.pool, [{ id: winterTide.id, sum: 2003, count: 301, version: 1 }])
    const folder = await mkdtemp(join(tmpdir(), 'catalog-figures-'))
    try {
      await writeFigures(join(folder, 'figures'), figures(test.catalog.pool))
      const lines = (await readFile(join(folder, 'figures'), 'utf8')).trimEnd().split('\n')
      const told = lines.map((line) => JSON.parse(line) as { figure: string; key: string; value: string })
      const of = (figure: string) => told.filter((line) => line.figure === figure)
      expect(of('views by title')).toEqual([{ figure: 'views by title', key: lastFerry.id, value: '7' }])
      expect(of('rating by title')).toEqual([
        { figure: 'rating by title', key: winterTide.id, value: '301 2003' },
      ])
      const { rows } = await sql(
        `SELECT 'titles' AS figure, id AS key, version || ' ' || status AS value FROM content_metadata
         UNION ALL SELECT 'episodes', id, version || ' ' || status FROM episodes`,
      )
      const listed = [...of('titles'), ...of('episodes')]
      expect(new Set(listed.map((line) => JSON.stringify(line)))).toEqual(
        new Set(rows.map((row) => JSON.stringify(row))),
      )
      const pending = Number(
        (await sql('SELECT count(*) FROM outbox WHERE published_at IS NULL')).rows[0].count,
      )
      expect(of('outbox')).toEqual([{ figure: 'outbox', key: 'catalog', value: String(pending) }])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})
