import type { ContentSummary, WatchStatus } from '@marquee/contracts'
import { type Db, query, sql } from '@marquee/postgres'
import type { EpisodeState } from '../progress/progress-rules.js'
import { episodeJson, ms } from '../progress/progress-store.js'
import { summaryFields } from '../titles/find-title.js'
import type { EpisodeFacts, TitleFacts, Watching } from './title-rules.js'

/** An episode as lists name it. */
export interface ListedEpisode extends EpisodeFacts {
  number: number
  title: string
  creditsStartSeconds: number | null
}

/** A title, and all that one viewer did with it and said of it. Times are milliseconds. */
export interface WatchedTitle {
  contentId: string
  /** Null of a title of which not even the name is known. */
  title: (TitleFacts & ContentSummary) | null
  /** Counts the changes of the title and its episodes, 0 where none was counted. */
  version: number
  episodes: ListedEpisode[]
  run: number
  states: EpisodeState[]
  runBeganAt: number | null
  /** Null: he has no such title. */
  heardAt: number | null
  revision: number | null
  dismissedAt: number | null
  /** The first report. */
  startedAt: number | null
  said: Said | null
}

/** What the viewer said of a title. */
export interface Said {
  status: WatchStatus
  at: number
  score: number | null
  notes: string | null
}

const own = (alias: string) => `${alias}.user_id = $1 AND ${alias}.content_id = asked.content_id`

// One snapshot, so that `version` and `revision` are those of what is told.
const read = sql(
  'watching.read',
  `SELECT asked.content_id AS "contentId", coalesce(n.version, 0) AS version,
     CASE WHEN t.slug IS NOT NULL THEN json_build_object(${summaryFields('t', 'r')}, 'status', t.status, 'ageRating', t.age_rating, 'availableRegions', t.available_regions,
       'airingStatus', t.airing_status) END AS title,
     (SELECT coalesce(json_agg(json_build_object('id', e.id, 'seasonNumber', e.season_number, 'number', e.number,
        'title', e.title, 'sortOrder', e.sort_order, 'durationSeconds', e.duration_seconds,
        'creditsStartSeconds', e.credits_start_seconds, 'isFree', e.is_free, 'airDate', e.air_date, 'status', e.status,
        'publishedAt', e.published_at)), '[]')
      FROM content_episodes AS e WHERE e.content_id = asked.content_id AND e.season_number IS NOT NULL) AS episodes,
     coalesce(u.run, 1) AS run, ${ms('u.heard_at')} AS "heardAt", ${ms('u.started_at')} AS "startedAt", u.revision,
     (SELECT coalesce(json_agg(${episodeJson('p')}), '[]') FROM user_progress AS p WHERE ${own('p')}) AS states,
     (SELECT ${ms('max(b.begun_at)')} FROM title_rewatches AS b WHERE ${own('b')}) AS "runBeganAt",
     (SELECT ${ms('d.dismissed_at')} FROM title_dismissals AS d WHERE ${own('d')}) AS "dismissedAt",
     (SELECT json_build_object('status', s.status, 'at', ${ms('s.set_at')}, 'score', s.score, 'notes', s.notes)
      FROM user_watch_status AS s WHERE ${own('s')}) AS said
   FROM unnest($2::uuid[]) AS asked (content_id)
     LEFT JOIN content_titles AS t ON t.id = asked.content_id
     LEFT JOIN content_news AS n ON n.content_id = asked.content_id
     LEFT JOIN content_ratings AS r ON r.content_id = asked.content_id
     LEFT JOIN user_titles AS u ON ${own('u')}`,
)

export const statements = { read }

/** In no order; one for each id. */
export const readTitles = (db: Db, userId: string, contentIds: readonly string[]): Promise<WatchedTitle[]> =>
  query<WatchedTitle>(db, read, [userId, contentIds])

export async function readTitle(db: Db, userId: string, contentId: string): Promise<WatchedTitle> {
  const [title] = await readTitles(db, userId, [contentId])
  return title!
}

/** What nobody knows is not published. */
const unknown: TitleFacts = {
  status: 'archived',
  isVip: false,
  ageRating: null,
  availableRegions: null,
  airingStatus: null,
}

/** As the rules take it. */
export const watchingOf = (watched: WatchedTitle, now: number): Watching => ({
  title: watched.title ?? unknown,
  episodes: watched.episodes,
  watched: { run: watched.run, episodes: watched.states },
  runBeganAt: watched.runBeganAt,
  heardAt: watched.heardAt,
  now,
})
