import { type Db, query, sql } from '@marquee/postgres'
import { type Answered, checked, state } from './state-store.js'

export const statements = {
  read: sql(
    'audience.read',
    `WITH state AS MATERIALIZED (${state}), figures AS MATERIALIZED (
       SELECT viewers, plays FROM content_audience WHERE content_id = $1
     )
     SELECT state.source, state."ageMs", coalesce(figures.viewers, 0) AS viewers, coalesce(figures.plays, 0) AS plays
     FROM state LEFT JOIN figures ON true`,
  ),
}

export interface Audience extends Answered {
  viewers: number
  plays: number
}

/** How many have watched a title, and how often; zeros for one that nobody has. @throws NotReady */
export const readAudience = async (db: Db, contentId: string): Promise<Audience> =>
  checked((await query<Audience>(db, statements.read, [contentId]))[0])
