import { randomUUID } from 'node:crypto'
import type { Pool } from '@marquee/postgres'

/** A person with an email, which the primary alone may know. */
export async function putUser(
  primary: Pool,
  { createdAt = '2026-03-05T10:00:00Z', bio = null as string | null } = {},
) {
  const id = randomUUID()
  await primary.query(
    `INSERT INTO users (id, email, username, display_name, bio, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
    [id, `${id}@people.example.com`, `name-${id}`, `Person ${id.slice(0, 4)}`, bio, createdAt],
  )
  return id
}

export interface Play {
  id?: string
  userId?: string
  contentId?: string
  watchedAt?: string
  watchDuration?: number
  completed?: boolean
}

export async function putPlay(pool: Pool, play: Play = {}): Promise<string> {
  const { id = randomUUID(), userId = randomUUID(), contentId = randomUUID() } = play
  const { watchedAt = '2026-03-10T12:00:00Z', watchDuration = 600, completed = true } = play
  await pool.query(
    `INSERT INTO user_watch_history (id, user_id, content_id, run, watched_at, watch_duration, completed, source, created_at)
     VALUES ($1, $2, $3, 1, $4, $5, $6, 'test', now())`,
    [id, userId, contentId, watchedAt, watchDuration, completed],
  )
  return id
}

export const putTitle = (primary: Pool, id: string, title: string, origin = 'korean') =>
  primary.query(
    `INSERT INTO content_titles (id, slug, kind, title, origin, status, version) VALUES ($1, $2, 'series', $3, $4, 'published', 1)`,
    [id, `slug-${id}`, title, origin],
  )

export const putAudience = (pool: Pool, contentId: string, plays = 1) =>
  pool.query(
    'INSERT INTO content_audience (content_id, viewers, plays, updated_at) VALUES ($1, 1, $2, now())',
    [contentId, plays],
  )
