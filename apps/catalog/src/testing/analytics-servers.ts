import { randomUUID } from 'node:crypto'
import { createPool, type Pool } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { freshDatabase, testEngines } from '@marquee/test-kit'

/** What the catalogue reads over there, as user-history's migrations make it. */
const tables = [
  `CREATE TABLE users (id uuid PRIMARY KEY, email text, username text, created_at timestamptz(3) NOT NULL)`,
  'CREATE INDEX users_newest_idx ON users (created_at DESC, id DESC)',
  `CREATE TABLE user_watch_history (id uuid NOT NULL, user_id uuid NOT NULL, content_id uuid NOT NULL, episode_id uuid,
     run integer NOT NULL DEFAULT 1, watched_at timestamptz(3) NOT NULL, watch_duration integer NOT NULL DEFAULT 60,
     completed boolean NOT NULL DEFAULT true, PRIMARY KEY (id, watched_at)) PARTITION BY RANGE (watched_at)`,
  `CREATE TABLE history_2025 PARTITION OF user_watch_history FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')`,
  'CREATE TABLE history_rest PARTITION OF user_watch_history DEFAULT',
  'CREATE INDEX user_watch_history_user_idx ON user_watch_history (user_id, watched_at DESC, id DESC)',
  'CREATE TABLE content_audience (content_id uuid PRIMARY KEY, viewers bigint NOT NULL, plays bigint NOT NULL)',
  'CREATE TABLE server_role (role text NOT NULL)',
  'CREATE TABLE replication_heartbeat (id integer PRIMARY KEY, at timestamptz(3) NOT NULL)',
  `CREATE VIEW server_state AS
     SELECT role, (SELECT at FROM replication_heartbeat WHERE id = 1) AS heartbeat_at FROM server_role`,
]

/**
 * A database of one name on both analytics servers; nothing flows between them. URLs are those of a role of its own that may read
 * what the catalogue reads.
 */
export async function analyticsServers() {
  const first = await freshDatabase({ engine: 'analytics' })
  const name = new URL(first.url).pathname.slice(1)
  const second = new URL(testEngines().replica)
  await onServer(second.href, (pool) => pool.query(`CREATE DATABASE ${name}`))
  second.pathname = `/${name}`
  const role = `reader_${randomUUID().slice(0, 8)}`
  const asReader = (url: string) => {
    const own = new URL(url)
    own.username = role
    own.password = "it's secret"
    return own.href
  }
  const [primary, replica] = [
    await prepare(first.url, 'primary', role),
    await prepare(second.href, 'replica', role),
  ]
  return {
    primary,
    replica,
    urls: [asReader(first.url), asReader(second.href)] as const,
    async close() {
      for (const pool of [primary, replica]) {
        await pool.query(`DROP OWNED BY ${role}`)
        await pool.end()
      }
      await first.drop()
      for (const url of [testEngines().analytics, testEngines().replica])
        await onServer(url, async (pool) => {
          await pool.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
          await pool.query(`DROP ROLE ${role}`)
        })
    },
  }
}
export type AnalyticsServers = Awaited<ReturnType<typeof analyticsServers>>

async function prepare(url: string, serverRole: 'primary' | 'replica', reader: string): Promise<Pool> {
  const pool = createPool({ url, name: 'test', log: silentLogger })
  for (const table of tables) await pool.query(table)
  await pool.query('INSERT INTO server_role VALUES ($1)', [serverRole])
  await pool.query('INSERT INTO replication_heartbeat VALUES (1, now())')
  await pool.query(`CREATE ROLE ${reader} LOGIN PASSWORD 'it''s secret'`)
  await pool.query(`GRANT SELECT (id, created_at), SELECT (username) ON users TO ${reader}`)
  await pool.query(`GRANT SELECT ON user_watch_history, content_audience, server_state TO ${reader}`)
  return pool
}

async function onServer(url: string, work: (pool: Pool) => Promise<unknown>): Promise<void> {
  const pool = createPool({ url, name: 'test', max: 1, log: silentLogger })
  try {
    await work(pool)
  } finally {
    await pool.end()
  }
}

export interface Play {
  id: string
  userId: string
  contentId: string
  episodeId?: string | null
  watchedAt: string
}

export async function addPlays(pool: Pool, plays: Play[]): Promise<void> {
  for (const { id, userId, contentId, episodeId = null, watchedAt } of plays)
    await pool.query(
      'INSERT INTO user_watch_history (id, user_id, content_id, episode_id, watched_at) VALUES ($1, $2, $3, $4, $5)',
      [id, userId, contentId, episodeId, watchedAt],
    )
}
