import { type AppTrace, isUuid } from '@marquee/contracts'
import { type Db, query, sql, traceInbox } from '@marquee/postgres'

type Effect = AppTrace['effects'][number]

// A person's row says that somebody wrote something, nothing else of them.
const statements = {
  effects: sql(
    'trace.effects',
    `WITH asked AS (SELECT unnest($1::uuid[]) AS id)
     SELECT asked.id AS subject, t.version AS title, t.status AS "titleStatus", e.version AS episode,
       e.status AS "episodeStatus", coalesce(a.views, 0) AS views, a.rating AS rating, u.id IS NOT NULL AS person
     FROM asked
     LEFT JOIN content_titles AS t ON t.id = asked.id
     LEFT JOIN content_episodes AS e ON e.id = asked.id
     LEFT JOIN users AS u ON u.id = asked.id
     LEFT JOIN LATERAL (
       SELECT sum(views)::bigint AS views, max(rating_version) AS rating FROM content_analytics WHERE content_id = asked.id
     ) AS a ON true`,
  ),
}

interface Row {
  subject: string
  title: number | null
  titleStatus: string | null
  episode: number | null
  episodeStatus: string | null
  views: number
  rating: number | null
  person: boolean
}

/** What user history has of events and subjects. It states no facts itself. */
export async function trace(primary: Db, ids: readonly string[]): Promise<AppTrace> {
  const rows = await query<Row>(primary, statements.effects, [ids.filter(isUuid)])
  return { outbox: [], inbox: await traceInbox(primary, ids), effects: rows.flatMap(effectsOf) }
}

const effectsOf = ({ subject, title, titleStatus, episode, episodeStatus, ...row }: Row): Effect[] => [
  { what: 'content_titles', topic: 'content', subject, version: title ?? 0, state: status(titleStatus) },
  {
    what: 'content_episodes',
    topic: 'episode',
    subject,
    version: episode ?? 0,
    state: status(episodeStatus),
  },
  {
    what: 'content_analytics',
    topic: 'content.viewed',
    subject,
    version: null,
    state: { views: row.views },
  },
  { what: 'content_analytics', topic: 'rating', subject, version: row.rating ?? 0, state: {} },
  { what: 'users', topic: 'review', subject, version: row.person ? 1 : 0, state: {} },
]

const status = (known: string | null): Effect['state'] => (known === null ? {} : { status: known })
