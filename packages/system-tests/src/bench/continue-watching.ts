import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { request } from 'undici'
import type { Calls } from './calls.js'
import { headersOf } from './progress-writes.js'

/** Reports that are handed in at once. */
const batch = 500
const dayMs = 86_400_000

interface Episode {
  id: string
  contentId: string
  duration: number
}

/** The list of somebody with 2,000 plays, and that of somebody with 20, at user-history itself. */
export async function continueWatching(origin: string, internalKey: string, databaseUrl: string) {
  const database = new pg.Client(databaseUrl)
  await database.connect()
  try {
    const made = async (plays: number): Promise<Calls> => {
      const sub = randomUUID()
      const headers = headersOf(internalKey, sub)
      const items = reportsOf(await someEpisodes(database, plays))
      for (let first = 0; first < items.length; first += batch)
        await handIn(origin, headers, items.slice(first, first + batch))
      const { rows } = await database.query(
        'SELECT count(*)::int AS plays, count(DISTINCT content_id)::int AS titles FROM user_watch_history WHERE user_id = $1',
        [sub],
      )
      assert.equal(rows[0].plays, plays)
      console.log(`continue watching: ${plays} plays of ${rows[0].titles} titles`)
      return { name: `${plays} plays`, call: () => list(origin, headers) }
    }
    return { many: await made(2000), few: await made(20) }
  } finally {
    await database.end()
  }
}

/** Of as many titles as there are, so of each as few as can be. */
async function someEpisodes(database: pg.Client, count: number): Promise<Episode[]> {
  const { rows } = await database.query<Episode>(
    `SELECT id, content_id AS "contentId", coalesce(duration_seconds, 2400)::float AS duration FROM (
       SELECT *, row_number() OVER (PARTITION BY content_id ORDER BY sort_order, id) AS place FROM content_episodes
       WHERE status = 'published' AND season_number > 0 AND (air_date IS NULL OR air_date < now())
     ) AS episodes ORDER BY place, id LIMIT $1`,
    [count],
  )
  assert.equal(rows.length, count, 'episodes to watch')
  return rows
}

/** Every third one is seen to its end. A month ago, one after the other. */
const reportsOf = (episodes: readonly Episode[]) =>
  episodes.map(({ id, duration }, n) => ({
    ...{ episodeId: id, duration, position: n % 3 === 0 ? duration : Math.floor(duration / 2) },
    ...{ sessionId: `s${n}`, sequence: 1, state: 'stopped' },
    at: new Date(Date.now() - 30 * dayMs + n * 60_000).toISOString(),
  }))

async function handIn(origin: string, headers: Record<string, string>, items: object[]): Promise<void> {
  const ask = { method: 'POST' as const, headers, body: JSON.stringify({ items }) }
  const { statusCode, body } = await request(`${origin}/api/v1/progress/batch`, ask)
  const told = (await body.json()) as { items: { ok: boolean }[] }
  assert.equal(statusCode, 200, JSON.stringify(told))
  assert.ok(
    told.items.every(({ ok }) => ok),
    'every report is kept',
  )
}

async function list(origin: string, headers: Record<string, string>): Promise<void> {
  const { statusCode, body } = await request(`${origin}/api/v1/continue-watching`, { headers })
  const { items } = (await body.json()) as { items: unknown[] }
  if (statusCode !== 200 || items.length === 0) throw new Error(`the list is answered ${statusCode}`)
}
