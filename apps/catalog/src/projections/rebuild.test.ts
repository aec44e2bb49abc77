import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { createPool, type Pool } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { settle } from '@marquee/test-kit'
import { seedTitles } from '../seed/seed-titles.js'
import { newTitle, serve, testCatalog } from '../testing/test-catalog.js'
import { compareProjection } from './compare.js'
import { projections } from './projection.js'
import { type RebuildOptions, rebuildProjections } from './rebuild-projections.js'

let test: Awaited<ReturnType<typeof testCatalog>>
/** Of the command line: sessions of its own. */
let pool: Pool
const seeded = 300
beforeAll(async () => {
  test = await testCatalog()
  pool = createPool({ url: test.url, name: 'catalog-cli', max: 2, queryTimeoutMs: 60_000, log: silentLogger })
  const progress = { at: () => undefined, end: () => undefined }
  await seedTitles(pool, { titles: seeded, seed: 3, today: new Date('2026-01-01'), progress })
})
afterAll(async () => {
  await pool.end()
  await test.close()
})

const { jadeCourt, lastFerry, paperLanterns } = world.contents
const { winterTide1 } = world.episodes
const sql = (text: string, ...values: unknown[]) => test.catalog.pool.query(text, values)
const rebuild = (more: Partial<RebuildOptions> = {}) =>
  rebuildProjections(pool, { dryRun: false, lagMs: 0, ...more })

const editor = { as: 'editor' } as const
async function patch(path: string, body: object, api = test.api) {
  const { json } = await api(path, editor)
  const headers = { 'if-match': `"${json.version}"` }
  const answer = await api(path, { ...editor, method: 'PATCH', headers, body })
  if (answer.status !== 200 && answer.status !== 412) throw new Error(`${answer.status} ${answer.text}`)
  return answer
}

/** Everything that PostgreSQL knows of the two tables, apart from their numbers. */
async function schema(): Promise<unknown> {
  const tables = `('content_listing'::regclass, 'episode_listing'::regclass)`
  const all = await Promise.all([
    sql(`SELECT attrelid::regclass::text, attname, format_type(atttypid, atttypmod), attnotnull, attgenerated, attstattarget, attstorage,
           attcompression, attcollation::regcollation::text, pg_get_expr(adbin, adrelid) AS value, col_description(attrelid, attnum), attacl
         FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
         WHERE attrelid IN ${tables} AND attnum > 0 ORDER BY attrelid::regclass::text, attnum`),
    sql(
      `SELECT indexdef, schemaname FROM pg_indexes WHERE tablename IN ('content_listing', 'episode_listing') ORDER BY 1`,
    ),
    sql(
      `SELECT conname, contype, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid IN ${tables} ORDER BY conrelid::regclass::text, conname`,
    ),
    sql(`SELECT relname, relkind, relpersistence, relacl, reloptions, relreplident, relrowsecurity, obj_description(oid, 'pg_class')
         FROM pg_class WHERE oid IN ${tables} ORDER BY 1`),
    sql(
      `SELECT stxname, pg_get_statisticsobjdef(oid) FROM pg_statistic_ext WHERE stxrelid IN ${tables} ORDER BY 1`,
    ),
    sql(`SELECT tgname FROM pg_trigger WHERE tgrelid IN ${tables} AND NOT tgisinternal ORDER BY 1`),
    sql(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '_\\d{6,}$' ORDER BY 1`,
    ),
  ])
  return all.map(({ rows }) => rows)
}

async function contents() {
  const all = await Promise.all(
    projections.map(({ table }) => sql(`SELECT t.*, t::text AS whole FROM ${table} AS t ORDER BY id`)),
  )
  return all.map(({ rows }) => rows)
}

const differing = async () => {
  const found = []
  for (const projection of projections)
    for (const check of (await compareProjection(pool, projection, { lagMs: 0, pauseMs: 100 })).checks)
      if (check.differing > 0) found.push(check)
  return found
}
const leftovers = async () =>
  (await sql(`SELECT nspname FROM pg_namespace WHERE nspname LIKE 'projections%'`)).rows

describe('projections built anew', () => {
  it('are what was there, in tables that no migration and no plan can tell from the first ones', async () => {
    const [before, rows] = [await schema(), await contents()]
    const citus =
      (await sql(`SELECT count(*)::integer AS n FROM pg_extension WHERE extname = 'citus'`)).rows[0].n === 1
    const places = async () =>
      citus &&
      (await sql(`SELECT table_name::text, citus_table_type, shard_count FROM citus_tables ORDER BY 1`)).rows
    const placed = await places()
    const oid = async () => (await sql(`SELECT 'content_listing'::regclass::oid AS oid`)).rows[0].oid
    const old = await oid()
    const done: number[] = []
    const found = await rebuild({ onProgress: (titles) => done.push(titles) })
    expect(found).toEqual({
      ...{ what: 'projections', built: rows.flat().length, differing: 0, swapped: true, tries: 1 },
      ...{ ms: expect.any(Number), lockedMs: expect.any(Number) },
    })
    expect(await oid()).not.toBe(old)
    expect(await schema()).toEqual(before)
    expect(await contents()).toEqual(rows)
    expect(await places()).toEqual(placed)
    expect(await leftovers()).toEqual([])
    expect(done).toEqual([500])
  })

  it('heal what is wrong, missing or too much; a dry run tells the same and changes nothing', async () => {
    const healthy = await contents()
    await sql(`UPDATE content_listing SET title = 'Wrong', total_views = 5 WHERE id = $1`, jadeCourt.id)
    await sql('DELETE FROM content_listing WHERE id = $1', lastFerry.id)
    await sql(`UPDATE episode_listing SET content_id = $2 WHERE id = $1`, winterTide1.id, jadeCourt.id)
    await sql(
      `INSERT INTO content_listing (id, slug, kind, title, origin, status, created_at)
       VALUES ('0192ffff-ffff-7fff-bfff-ffffffffffff', 'x', 'movie', 'X', 'other', 'draft', now())`,
    )
    const broken = await contents()
    const told = await rebuild({ dryRun: true })
    expect(told).toMatchObject({ swapped: false, built: 0 })
    expect(told.differing).toBeGreaterThanOrEqual(5)
    expect(await contents()).toEqual(broken)
    expect(await rebuild()).toMatchObject({ differing: 5, swapped: true })
    expect(await contents()).toEqual(healthy)
    expect((await rebuild({ dryRun: true })).differing).toBe(0)
  })

  it('have what was edited between the reading and the swap, in every way there is', async () => {
    const made: string[] = []
    await rebuild({
      async onStep(step) {
        if (step === 'locked' || step === 'swapped') return
        await patch(`/api/v1/content/${paperLanterns.id}`, { title: `After ${step}` })
        await patch(`/api/v1/episodes/${winterTide1.id}`, { title: `Episode after ${step}` })
        const { json } = await test.api('/api/v1/content', { ...editor, method: 'POST', body: newTitle() })
        made.push(json.id)
        const episode = { seasonNumber: 1, number: 1, title: step, status: 'published' }
        const posted = await test.api(`/api/v1/content/${json.id}/episodes`, {
          ...editor,
          method: 'POST',
          body: episode,
        })
        expect(posted.status).toBe(201)
        // As an import does: only what it changed.
        await sql(
          `UPDATE content_metadata SET original_title = $2, version = version + 1 WHERE id = $1`,
          jadeCourt.id,
          step,
        )
        await sql('UPDATE content_listing SET original_title = $2 WHERE id = $1', jadeCourt.id, step)
      },
    })
    expect(await differing()).toEqual([])
    const read = async (id: string) =>
      (await sql('SELECT title, original_title FROM content_listing WHERE id = $1', id)).rows[0]
    expect(await read(paperLanterns.id)).toMatchObject({ title: 'After caught up' })
    expect(await read(jadeCourt.id)).toMatchObject({ original_title: 'caught up' })
    expect(made).toHaveLength(4)
    for (const id of made)
      expect((await test.api(`/api/v1/content/${id}/episodes`)).json.items).toHaveLength(1)
  })

  it('let edits wait from the last look to the swap', async () => {
    let edit: Promise<unknown> | undefined
    await rebuild({
      async onStep(step) {
        if (step !== 'locked') return
        edit = patch(`/api/v1/content/${paperLanterns.id}`, { title: 'Waited' })
        await settle(
          async () =>
            (
              await sql(
                `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%listing.put%'`,
              )
            ).rowCount === 1,
        )
      },
    })
    await edit
    expect((await sql('SELECT title FROM content_listing WHERE id = $1', paperLanterns.id)).rows).toEqual([
      { title: 'Waited' },
    ])
    expect(await differing()).toEqual([])
  })

  it('come in the place of the old ones while two instances read and write, and nobody notices', async () => {
    const other = await serve(test.url, test.prefix)
    const apis = [test.api, other.api]
    let over = false
    const counts = { reads: 0, edits: 0 }
    const paths = [
      ...['/api/v1/content?limit=20', '/api/v1/content?sort=title&limit=5', '/api/v1/content/ids?limit=50'],
      ...['/api/v1/content/jade-court/episodes', `/api/v1/content?origin=korean&sort=rating`],
    ]
    const reading = apis.flatMap((api) =>
      paths.map(async (path) => {
        while (!over) {
          const answer = await api(path)
          if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`)
          counts.reads += 1
        }
      }),
    )
    const titles = (await sql('SELECT id FROM content_metadata ORDER BY id LIMIT 4')).rows.map(({ id }) => id)
    const written = new Map<string, string>()
    const writing = titles.map(async (id, n) => {
      for (let turn = 0; !over; turn++) {
        const { status, json } = await patch(
          `/api/v1/content/${id}`,
          { title: `Turn ${turn}` },
          apis[turn % 2],
        )
        if (status === 200) written.set(id, json.title)
        counts.edits += 1
      }
      return n
    })
    const found = []
    for (let round = 0; round < 3; round++) found.push(await rebuild())
    over = true
    await Promise.all([...reading, ...writing])
    await other.close()
    expect(found.map(({ differing, swapped }) => [differing, swapped])).toEqual(Array(3).fill([0, true]))
    expect(counts.reads).toBeGreaterThan(30)
    expect(counts.edits).toBeGreaterThan(8)
    for (const [id, title] of written)
      expect((await sql('SELECT title FROM content_listing WHERE id = $1', id)).rows).toEqual([{ title }])
    expect(await differing()).toEqual([])
  })

  it('are not there when the rebuild is killed, at whatever step; the next one begins anew', async () => {
    const [before, rows] = [await schema(), await contents()]
    for (const at of ['made', 'filled', 'indexed', 'caught up', 'locked'] as const) {
      const killed = rebuild({
        async onStep(step) {
          if (step !== at) return
          await sql(
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = 'catalog-cli'`,
          )
        },
      })
      await expect(killed).rejects.toThrow()
      expect((await contents()).map((table) => table.length)).toEqual(rows.map((table) => table.length))
      await patch(`/api/v1/content/${jadeCourt.id}`, { description: at })
    }
    expect(await leftovers()).not.toEqual([])
    expect(await rebuild()).toMatchObject({ swapped: true, differing: 0 })
    expect(await schema()).toEqual(before)
    expect(await contents()).toEqual(rows)
  })

  it('are built by one at a time', async () => {
    let second: Promise<unknown> | undefined
    await rebuild({
      async onStep(step) {
        if (step === 'made') second = rebuild().catch((error: Error) => error.message)
        if (step === 'made') expect(await second).toMatch(/^Another rebuild of the projections runs/)
      },
    })
    expect(second).toBeDefined()
  })

  it('wait for who holds the live ones without keeping readers from them', async () => {
    const holder = await test.catalog.pool.connect()
    let released = false
    try {
      await holder.query('BEGIN')
      await holder.query('SET LOCAL idle_in_transaction_session_timeout TO 60000')
      await holder.query('UPDATE content_listing SET year = year WHERE id = $1', [lastFerry.id])
      const rebuilding = rebuild()
      const began = performance.now()
      while (performance.now() - began < 3000) {
        const asked = performance.now()
        expect((await test.api('/api/v1/content?limit=1')).status).toBe(200)
        expect(performance.now() - asked).toBeLessThan(2500)
      }
      await holder.query('COMMIT')
      released = true
      expect((await rebuilding).tries).toBeGreaterThan(1)
    } finally {
      if (!released) await holder.query('ROLLBACK')
      holder.release()
    }
    expect(await differing()).toEqual([])
  })
})
