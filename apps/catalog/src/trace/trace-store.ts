import { type AppTrace, isUuid } from '@marquee/contracts'
import { type Db, query, sql, traceInbox, traceOutbox } from '@marquee/postgres'

type Effect = AppTrace['effects'][number]

const statements = {
  titles: sql('trace.titles', `SELECT id, version, status FROM content_metadata WHERE id = ANY($1::uuid[])`),
  episodes: sql('trace.episodes', `SELECT id, version, status FROM episodes WHERE id = ANY($1::uuid[])`),
  stats: sql(
    'trace.stats',
    `SELECT content_id AS id, stats_version AS "statsVersion", total_views AS "totalViews", popularity,
       rating_version AS "ratingVersion", rating, rating_count AS "ratingCount"
     FROM content_stats WHERE content_id = ANY($1::uuid[])`,
  ),
}

interface Stated {
  id: string
  version: number
  status: string
}
interface Figures {
  id: string
  statsVersion: number
  totalViews: number
  popularity: number
  ratingVersion: number
  rating: number | null
  ratingCount: number
}

/** What the catalogue has of events and subjects: its own titles and episodes, and the figures that others told it. */
export async function trace(db: Db, ids: readonly string[]): Promise<AppTrace> {
  const subjects = ids.filter(isUuid)
  const [outbox, inbox, titles, episodes, stats] = [
    await traceOutbox(db, ids),
    await traceInbox(db, ids),
    await query<Stated>(db, statements.titles, [subjects]),
    await query<Stated>(db, statements.episodes, [subjects]),
    await query<Figures>(db, statements.stats, [subjects]),
  ]
  const effects = subjects.flatMap((subject) => [
    stated('content_metadata', 'content', subject, titles),
    stated('episodes', 'episode', subject, episodes),
    ...figures(
      subject,
      stats.find(({ id }) => id === subject),
    ),
  ])
  return { outbox, inbox, effects }
}

function stated(what: string, topic: string, subject: string, rows: Stated[]): Effect {
  const row = rows.find(({ id }) => id === subject)
  return { what, topic, subject, version: row?.version ?? 0, state: row ? { status: row.status } : {} }
}

function figures(subject: string, row: Figures | undefined): Effect[] {
  const of = (topic: string, version: number | undefined, state: Effect['state']): Effect => ({
    ...{ what: 'content_stats', topic, subject },
    version: version ?? 0,
    state: version ? state : {},
  })
  return [
    of('content.stats', row?.statsVersion, {
      totalViews: row?.totalViews ?? 0,
      popularity: row?.popularity ?? 0,
    }),
    of('rating', row?.ratingVersion, { rating: row?.rating ?? null, ratingCount: row?.ratingCount ?? 0 }),
  ]
}
