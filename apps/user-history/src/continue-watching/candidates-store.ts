import { type Db, query, sql } from '@marquee/postgres'
import type { Place } from '../pages.js'
import { at, ms } from '../progress/progress-store.js'

/** A title that may be in a viewer's list. Times are milliseconds. */
export interface Candidate {
  contentId: string
  /** It stands there or below; exactly there where `known`. */
  at: number
  /** Found before, and nothing has changed since. */
  known: boolean
}

export interface Wanted {
  userId: string
  /** What decides for this viewer beside what he watched. */
  memoFor: string
  now: number
  /** Titles that stand exactly there or above are left out; of two of one time the higher id comes first. */
  below: Place | null
}

/*
 * Where a title stands was kept when it was last looked at, and holds while the title, what its viewer did and his rights are the same and
 * nothing airs. Else it cannot stand above the latest that its viewer did, or that aired or was published since; where an episode has aired
 * that nobody counted yet, it may be the newest of all. So a title that was left long ago comes with its new episode, and those that have
 * nothing more to offer cost a row each.
 */
const find = sql(
  'continue.candidates',
  `SELECT content_id AS "contentId", ${ms('place')} AS at, known FROM (
     SELECT u.content_id, m.known, CASE
       WHEN m.known THEN u.memo_at
       WHEN n.next_air_at <= ${at('$3')} THEN greatest(${at('$3')}, u.latest_at)
       ELSE greatest(u.latest_at, n.aired_at, CASE WHEN n.published_at > u.heard_at THEN n.published_at END)
     END AS place
     FROM user_titles AS u LEFT JOIN content_news AS n ON n.content_id = u.content_id
       CROSS JOIN LATERAL (SELECT coalesce(u.memo_version = n.version AND u.memo_for = $2
         AND (n.next_air_at > ${at('$3')}) IS NOT FALSE, false) AS known) AS m
     WHERE u.user_id = $1
   ) AS title
   WHERE place IS NOT NULL AND NOT (known AND ((place, content_id) >= (${at('$4')}, $5::uuid)) IS TRUE)
     AND ((place, content_id) < (${at('$6')}, $7::uuid)) IS NOT FALSE
   ORDER BY place DESC, content_id DESC LIMIT $8`,
)
// What somebody writes just now is another matter soon: not waited for.
const keep = sql(
  'continue.keep-memos',
  `WITH free AS (
     SELECT u.content_id, m.version, m.place FROM user_titles AS u
       JOIN unnest($3::uuid[], $4::bigint[], $5::bigint[], $6::bigint[]) AS m (content_id, revision, version, place)
         ON u.content_id = m.content_id AND u.revision = m.revision
     WHERE u.user_id = $1 FOR UPDATE OF u SKIP LOCKED
   )
   UPDATE user_titles AS u SET memo_version = free.version, memo_for = $2, memo_at = ${at('free.place')}
   FROM free WHERE u.user_id = $1 AND u.content_id = free.content_id`,
)

export const statements = { find, keep }

/** The highest first, from below a place of an earlier answer on. */
export const findCandidates = (
  db: Db,
  { userId, memoFor, now, below }: Wanted,
  after: Place | null,
  limit: number,
): Promise<Candidate[]> =>
  query(db, find, [
    userId,
    memoFor,
    now,
    below?.at ?? null,
    below?.contentId ?? null,
    after?.at ?? null,
    after?.contentId ?? null,
    limit,
  ])

/** Where a title was found to stand, null: nowhere; `revision` and `version` are those of what that was told from. */
export interface Memo {
  contentId: string
  revision: number
  version: number
  at: number | null
}

/** Keeps where titles stand, but for those with which their viewer did something meanwhile. */
export async function keepMemos(
  db: Db,
  { userId, memoFor }: Pick<Wanted, 'userId' | 'memoFor'>,
  memos: readonly Memo[],
): Promise<void> {
  if (memos.length === 0) return
  await query(db, keep, [
    userId,
    memoFor,
    memos.map(({ contentId }) => contentId),
    memos.map(({ revision }) => revision),
    memos.map(({ version }) => version),
    memos.map((memo) => memo.at),
  ])
}
