import type { ReceivedEvent } from '@marquee/events'
import { type Db, query, sql } from '@marquee/postgres'

/* What was read anew from the topics, in tables beside the live ones. Unlogged: a killed rebuild begins again anyway. */

const tables = {
  rebuild_views: `CREATE UNLOGGED TABLE rebuild_views (
    event_id text PRIMARY KEY,
    content_id uuid NOT NULL,
    day date NOT NULL,
    viewer_key text NOT NULL
  )`,
  rebuild_ratings: `CREATE UNLOGGED TABLE rebuild_ratings (
    content_id uuid NOT NULL,
    day date NOT NULL,
    average double precision,
    count integer NOT NULL,
    version bigint NOT NULL,
    PRIMARY KEY (content_id, day)
  )`,
}

const keepViews = sql(
  'rebuild.keep-views',
  `INSERT INTO rebuild_views (event_id, content_id, day, viewer_key)
   SELECT * FROM unnest($1::text[], $2::uuid[], $3::date[], $4::text[]) ON CONFLICT DO NOTHING`,
)
const keepRatings = sql(
  'rebuild.keep-ratings',
  `INSERT INTO rebuild_ratings AS r (content_id, day, average, count, version)
   SELECT DISTINCT ON (content_id, day) content_id, day, average, count, version
   FROM unnest($1::uuid[], $2::date[], $3::double precision[], $4::integer[], $5::bigint[])
     AS told (content_id, day, average, count, version)
   ORDER BY content_id, day, version DESC
   ON CONFLICT (content_id, day) DO UPDATE SET average = excluded.average, count = excluded.count, version = excluded.version
   WHERE r.version < excluded.version`,
)

export const statements = { keepViews, keepRatings }

export async function makeReplayed(db: Db): Promise<void> {
  await dropReplayed(db)
  for (const text of Object.values(tables)) await db.query(text)
}

export async function dropReplayed(db: Db): Promise<void> {
  for (const name of Object.keys(tables)) await db.query(`DROP TABLE IF EXISTS ${name}`)
}

const utcDay = (time: string): string => new Date(time).toISOString().slice(0, 10)

/** Keeps events of the topics once each, by the UTC day of the event. */
export async function keepReplayed(db: Db, events: readonly ReceivedEvent[]): Promise<void> {
  const views = events.filter((event) => event.type === 'content.viewed')
  if (views.length > 0)
    await query(db, keepViews, [
      views.map(({ id }) => id),
      views.map(({ data }) => data.contentId),
      views.map(({ time }) => utcDay(time)),
      views.map(({ data }) => data.viewerKey),
    ])
  const ratings = events.filter((event) => event.type === 'rating.changed')
  if (ratings.length > 0)
    await query(db, keepRatings, [
      ratings.map(({ data }) => data.contentId),
      ratings.map(({ time }) => utcDay(time)),
      ratings.map(({ data }) => data.average),
      ratings.map(({ data }) => data.count),
      ratings.map(({ subjectVersion }) => subjectVersion),
    ])
}
