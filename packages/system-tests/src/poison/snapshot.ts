import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Redis } from 'ioredis'
import pg from 'pg'
import type { Run } from '../platform.js'

/** Everything that events have made, key by key, as text. */
export type Snapshot = Map<string, string>

const cliOf = (app: string) => join(import.meta.dirname, `../../../../apps/${app}/dist/cli.js`)

const columns = {
  catalog: {
    content_stats: 'content_id, total_views, rating, rating_count, rating_version',
  },
  analytics: {
    content_titles: 'id, version, status, slug, title, updated_at',
    content_episodes: 'id, version, status, title, updated_at',
    content_analytics:
      'content_id, day::text, views, unique_viewers, plays, average_rating, rating_count, rating_version',
    users: 'id',
  },
} as const

/** Read from the stores themselves, and from what their owners tell of them. */
export async function takeSnapshot({ engines }: Run): Promise<Snapshot> {
  const snapshot: Snapshot = new Map()
  await addRows(snapshot, engines.catalog, columns.catalog)
  await addRows(snapshot, engines.analytics, columns.analytics)
  await addInbox(snapshot, engines.analytics)
  await addTotals(snapshot, engines.counters)
  const stores: Record<string, Record<string, string>> = {
    catalog: { DATABASE_URL: engines.catalog },
    trending: { COUNTERS_URL: engines.counters },
    'user-history': { DATABASE_URL: engines.analytics },
    reviews: { DATABASE_URL: engines.reviews },
  }
  for (const [app, env] of Object.entries(stores)) await addFigures(snapshot, app, env)
  return snapshot
}

async function withServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

const addRows = (snapshot: Snapshot, url: string, tables: Record<string, string>) =>
  withServer(url, async (client) => {
    for (const [table, names] of Object.entries(tables)) {
      const { rows } = await client.query({ text: `SELECT ${names} FROM ${table}`, rowMode: 'array' })
      const keys = table === 'content_analytics' ? 2 : 1
      for (const row of rows)
        snapshot.set(`${table} ${row.slice(0, keys).join(' ')}`, JSON.stringify(row.slice(keys)))
    }
  })

const addInbox = (snapshot: Snapshot, url: string) =>
  withServer(url, async (client) => {
    const { rows } = await client.query('SELECT consumer, count(*) FROM inbox GROUP BY consumer')
    for (const { consumer, count } of rows) snapshot.set(`inbox ${consumer}`, count)
  })

async function addTotals(snapshot: Snapshot, url: string): Promise<void> {
  const redis = new Redis(url)
  try {
    const totals = await redis.hgetall('{t}:totals')
    for (const [id, views] of Object.entries(totals)) snapshot.set(`totals ${id}`, views)
  } finally {
    redis.disconnect()
  }
}

/** What waits in outboxes moves by itself; everything else an app tells of itself must not. */
async function addFigures(snapshot: Snapshot, app: string, env: Record<string, string>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-figures-'))
  try {
    const file = join(folder, 'figures')
    const args = [cliOf(app), 'reconcile', '--json', '--figures', file]
    const options = { env: { ...process.env, ...env, NODE_OPTIONS: '' }, maxBuffer: 64 * 1024 * 1024 }
    // 1 says that it does not agree with itself: told by `ops reconcile`, here its figures count.
    await promisify(execFile)(process.execPath, args, options).catch((error: { code?: number }) => {
      if (error.code !== 1) throw error
    })
    for (const line of (await readFile(file, 'utf8')).split('\n').filter(Boolean)) {
      const { figure, key, value } = JSON.parse(line) as Record<'figure' | 'key' | 'value', string>
      if (figure !== 'outbox') snapshot.set(`${app}: ${figure} ${key}`, value)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Keys whose values are not the same, with both. */
export function differencesOf(before: Snapshot, after: Snapshot) {
  const keys = new Set([...before.keys(), ...after.keys()])
  return [...keys]
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => ({ key, before: before.get(key) ?? null, after: after.get(key) ?? null }))
}
