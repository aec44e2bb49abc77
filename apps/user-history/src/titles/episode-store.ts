import type { EpisodeTerms, NextEpisode, TitleTerms } from '@marquee/contracts'
import { type Db, query, sql } from '@marquee/postgres'
import type { EpisodeFacts } from '../progress/report-rules.js'

/** An episode that comes later in order, with what decides whether it may be watched. */
export interface Following {
  episode: NextEpisode
  terms: EpisodeTerms
}

/** An episode as the local copy knows it. */
export interface KnownEpisode extends EpisodeFacts {
  id: string
  contentId: string
  /** Null where its title is not known here. */
  title: TitleTerms | null
  terms: EpisodeTerms
  /**
   * What comes next: published, aired and no special; and the next free one, which is the next for whom VIP episodes are passed over.
   * Empty after a special: nobody goes from one into the first season.
   */
  following: Following[]
}

const terms = (e: string) =>
  `json_build_object('status', ${e}.status, 'airDate', ${e}.air_date, 'isFree', ${e}.is_free)`
const after = (more: string) => `(
  SELECT json_build_object('episode', json_build_object('episodeId', n.id, 'contentId', n.content_id, 'title', n.title,
      'seasonNumber', n.season_number, 'number', n.number), 'terms', ${terms('n')}) AS one
  FROM content_episodes AS n
  WHERE n.content_id = e.content_id AND n.status = 'published' AND (n.air_date IS NULL OR n.air_date <= now())
    AND n.season_number > 0 AND e.season_number > 0 ${more}
    AND (n.season_number, n.sort_order, n.id) > (e.season_number, e.sort_order, e.id)
  ORDER BY n.season_number, n.sort_order, n.id LIMIT 1)`

export const statements = {
  read: sql(
    'episodes.read',
    `SELECT e.id, e.content_id AS "contentId", e.duration_seconds AS "durationSeconds",
       e.credits_start_seconds AS "creditsStartSeconds", ${terms('e')} AS terms,
       CASE WHEN t.id IS NOT NULL THEN json_build_object('status', t.status, 'isVip', t.is_vip, 'ageRating', t.age_rating,
         'availableRegions', t.available_regions) END AS title,
       (SELECT coalesce(json_agg(one), '[]') FROM (${after('')} UNION ALL ${after('AND n.is_free')}) AS f) AS following
     FROM content_episodes AS e LEFT JOIN content_titles AS t ON t.id = e.content_id WHERE e.id = ANY($1::uuid[])`,
  ),
}

/** In the order of the ids; null for those that are not known. */
export async function readEpisodes(db: Db, ids: readonly string[]): Promise<(KnownEpisode | null)[]> {
  const rows = await query<KnownEpisode>(db, statements.read, [[...new Set(ids)]])
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => byId.get(id) ?? null)
}

/** It and its title are published, as far as is known here. */
export const isPublished = ({ title, terms }: KnownEpisode): boolean =>
  title?.status === 'published' && terms.status === 'published'
