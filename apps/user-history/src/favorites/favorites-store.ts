import type { ContentSummary } from '@marquee/contracts'
import { type Db, query, sql, type Tx } from '@marquee/postgres'
import type { Place } from '../pages.js'
import { at, ms, type Of } from '../progress/progress-store.js'
import { summaryJson } from '../titles/find-title.js'

// The figure of a day counts the favourites of that day that are still kept, so that it can be counted anew.
const add = sql(
  'favorites.add',
  `WITH person AS (
     INSERT INTO users (id) VALUES ($1) ON CONFLICT DO NOTHING
   ), added AS (
     INSERT INTO favorites (user_id, content_id) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING content_id, created_at
   ), counted AS (
     INSERT INTO content_analytics AS a (content_id, day, new_favourites)
     SELECT content_id, (created_at AT TIME ZONE 'UTC')::date, 1 FROM added
     ON CONFLICT (content_id, day) DO UPDATE SET new_favourites = a.new_favourites + 1
   )
   SELECT ${ms('created_at')} AS at FROM added`,
)
const addedAt = sql(
  'favorites.added-at',
  `SELECT ${ms('created_at')} AS at FROM favorites WHERE user_id = $1 AND content_id = $2`,
)
const remove = sql(
  'favorites.remove',
  `WITH removed AS (
     DELETE FROM favorites WHERE user_id = $1 AND content_id = $2 RETURNING content_id, created_at
   )
   UPDATE content_analytics AS a SET new_favourites = greatest(a.new_favourites - 1, 0)
   FROM removed WHERE a.content_id = $2 AND a.day = (removed.created_at AT TIME ZONE 'UTC')::date`,
)
// One that was taken down stays a favourite, out of sight until it is back.
const page = sql(
  'favorites.page',
  `SELECT ${summaryJson('t', 'r')} AS content, ${ms('f.created_at')} AS at
   FROM favorites AS f JOIN content_titles AS t ON t.id = f.content_id AND t.status = 'published'
     LEFT JOIN content_ratings AS r ON r.content_id = f.content_id
   WHERE f.user_id = $1 AND ((f.created_at, f.content_id) < (${at('$2')}, $3::uuid)) IS NOT FALSE
   ORDER BY f.created_at DESC, f.content_id DESC LIMIT $4`,
)

export const statements = { add, addedAt, remove, page }

/** @returns when it was added, the first time; milliseconds */
export async function addFavorite(tx: Tx, { userId, contentId }: Of): Promise<number> {
  const [added] = await query<{ at: number }>(tx, add, [userId, contentId])
  if (added) return added.at
  const [there] = await query<{ at: number }>(tx, addedAt, [userId, contentId])
  return there!.at
}

export async function removeFavorite(db: Db, { userId, contentId }: Of): Promise<void> {
  await query(db, remove, [userId, contentId])
}

/** The newest first. */
export const readFavorites = (
  db: Db,
  userId: string,
  below: Place | null,
  limit: number,
): Promise<{ content: ContentSummary; at: number }[]> =>
  query(db, page, [userId, below?.at ?? null, below?.contentId ?? null, limit])
