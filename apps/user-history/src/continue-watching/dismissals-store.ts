import { query, sql, type Tx } from '@marquee/postgres'
import { at, changed, type Of } from '../progress/progress-store.js'

const keep = sql(
  'dismissals.keep',
  `WITH title AS (
     UPDATE user_titles AS t SET ${changed('t')} WHERE user_id = $1 AND content_id = $2
   )
   INSERT INTO title_dismissals AS d (user_id, content_id, dismissed_at) VALUES ($1, $2, ${at('$3')})
   ON CONFLICT (user_id, content_id) DO UPDATE SET dismissed_at = greatest(d.dismissed_at, excluded.dismissed_at)`,
)

export const statements = { keep }

/** Milliseconds. Under `lockTitle`. */
export async function keepDismissal(tx: Tx, { userId, contentId }: Of, dismissedAt: number): Promise<void> {
  await query(tx, keep, [userId, contentId, dismissedAt])
}
