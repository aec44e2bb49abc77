import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { citusInstalled, createPool, migrate, type Pool } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { freshDatabase, testEngines } from '@marquee/test-kit'
import { places } from './audience/foreign-pool.js'
import { migrationsDir } from './testing/test-catalog.js'

let database: Awaited<ReturnType<typeof freshDatabase>>
let pool: Pool
const run = (direction: 'up' | 'down', count?: number) =>
  migrate({ url: database.url, dir: migrationsDir, direction, log: silentLogger, ...(count && { count }) })
const names = async (text: string) => (await pool.query(text)).rows.map((row) => row.name as string)
const tables = () =>
  names(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '_\\d{6,}$' ORDER BY 1`,
  )

beforeAll(async () => {
  database = await freshDatabase()
  pool = createPool({ url: database.url, name: 'test', log: silentLogger })
  await run('up')
})
afterAll(async () => {
  await pool.end()
  await database.drop()
})

const ofTitle = [
  'cast_members',
  'content_genres',
  'content_stats',
  'content_tags',
  'content_translations',
  'crew_members',
  'episodes',
  'external_ids',
  'external_ratings',
  'seasons',
  'subtitles',
  'video_sources',
]
const reference = ['content_listing', 'episode_listing', 'genres', 'persons', 'tags']
const local = ['idempotency_keys', 'import_identities', 'import_runs', 'inbox', 'outbox']

describe('the schema', () => {
  it('has the tables and the indexes that the documents name, or better ones', async () => {
    const all = [
      'content_metadata',
      'content_slugs',
      ...ofTitle,
      ...reference,
      ...local,
      'leases',
      'migrations',
    ]
    expect(await tables()).toEqual(all.sort())
    const indexes = await names(`SELECT indexname AS name FROM pg_indexes WHERE schemaname = 'public'`)
    expect(indexes).toEqual(
      expect.arrayContaining([
        // idx_courses_search_vector, idx_drama_title
        'content_listing_search_idx',
        'content_listing_trigram_idx',
        // idx_courses_drama_origin, idx_courses_popularity, idx_courses_rating_views
        'content_listing_origin_idx',
        'content_listing_popularity_idx',
        'content_listing_rating_idx',
        'content_listing_views_idx',
        'content_listing_newest_idx',
        'content_listing_title_idx',
        'content_listing_year_idx',
        'content_listing_genres_idx',
        'content_listing_tags_idx',
        'content_listing_slug_key',
        'content_listing_due_idx',
        // idx_episodes_course_season, idx_episode_drama
        'episodes_number_key',
        'episodes_order_idx',
        'episode_listing_order_idx',
        'episode_listing_due_idx',
        'episode_listing_airing_idx',
        // idx_cast_members_course
        'cast_members_order_idx',
        'cast_members_person_idx',
        'crew_members_order_idx',
        'crew_members_person_idx',
        'persons_name_idx',
        'video_sources_episode_idx',
        'subtitles_default_key',
        'subtitles_language_key',
        'genres_name_key',
        'tags_name_key',
        'content_genres_genre_idx',
        'content_tags_tag_idx',
        'content_stats_changed_idx',
        'external_ids_source_idx',
        'import_identities_content_idx',
        'import_runs_running_key',
      ]),
    )
  })

  it('lies where it belongs, where Citus is installed', async () => {
    const citus = await citusInstalled(pool)
    expect(citus).toBe(testEngines().catalogKind === 'citus')
    if (!citus) return
    const { rows } = await pool.query(
      `SELECT table_name::text AS name, citus_table_type AS type, distribution_column AS by, colocation_id AS group, shard_count AS shards
       FROM citus_tables`,
    )
    const of = (type: string) =>
      rows
        .filter((row) => row.type === type)
        .map(({ name }) => name)
        .sort()
    expect(of('reference')).toEqual(reference)
    expect(of('local')).toEqual(local)
    const title = rows.find(({ name }) => name === 'content_metadata')
    expect(title).toMatchObject({ by: 'id', shards: 4 })
    const together = rows.filter(({ type, group }) => type === 'distributed' && group === title.group)
    expect(together.map(({ name }) => name).sort()).toEqual(['content_metadata', ...ofTitle].sort())
    expect(rows.find(({ name }) => name === 'content_slugs')).toMatchObject({
      type: 'distributed',
      by: 'slug',
    })
  })

  it('reads of the analytics servers the columns it needs, and knows no address of them by itself', async () => {
    for (const schema of places) {
      const { rows } = await pool.query(
        `SELECT table_name AS name, string_agg(column_name, ' ' ORDER BY ordinal_position) AS columns
         FROM information_schema.columns WHERE table_schema = $1 GROUP BY table_name ORDER BY 1`,
        [schema],
      )
      expect(rows).toEqual([
        { name: 'content_audience', columns: 'content_id viewers plays' },
        { name: 'server_state', columns: 'role heartbeat_at' },
        {
          name: 'user_watch_history',
          columns: 'id user_id content_id episode_id run watched_at watch_duration completed',
        },
        { name: 'users', columns: 'id created_at' },
      ])
    }
    const { rows } = await pool.query(
      'SELECT srvname AS name, srvoptions AS options FROM pg_foreign_server ORDER BY 1',
    )
    expect(rows).toEqual(places.map((name) => ({ name, options: null })))
  })

  it('leaves the workers without foreign tables, which only the coordinator reads', async () => {
    for (const url of testEngines().catalogWorkers) {
      const own = new URL(url)
      own.pathname = new URL(database.url).pathname
      const worker = createPool({ url: own.href, name: 'test', max: 1, log: silentLogger })
      const { rows } = await worker.query(
        `SELECT (SELECT count(*) FROM pg_foreign_server) AS servers, (SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'analytics%') AS schemas`,
      )
      await worker.end()
      expect(rows).toEqual([{ servers: 0, schemas: 0 }])
    }
  })

  it('is taken back and made again, one migration at a time', async () => {
    const down: string[] = []
    for (let n = 0; n < 9; n++) down.push(...(await run('down')))
    expect(await tables()).toEqual(['migrations'])
    expect((await pool.query('SELECT FROM pg_foreign_server')).rowCount).toBe(0)
    expect(await run('up')).toEqual(down.reverse())
    expect(await run('up')).toEqual([])
  })
})
