import type { PlayState } from '@marquee/contracts'
import { type Db, query, sql } from '@marquee/postgres'

const read = sql(
  'playing.resume',
  `SELECT p.position, p.duration, p.completed, p.run FROM user_titles AS t
     JOIN user_progress AS p ON p.user_id = t.user_id AND p.episode_id = $3 AND p.run = t.run
   WHERE t.user_id = $1 AND t.content_id = $2`,
)

export const statements = { read }

/** Where a viewer left an episode in the present run of its title. */
export async function readResume(
  db: Db,
  userId: string,
  { contentId, id }: { contentId: string; id: string },
): Promise<PlayState['resume']> {
  const [row] = await query<NonNullable<PlayState['resume']>>(db, read, [userId, contentId, id])
  return row ?? null
}
