import { type Db, query, sql } from '@marquee/postgres'
import type { EpisodeFacts } from '../progress/report-rules.js'

export interface NextEpisode {
  episodeId: string
  contentId: string
  title: string
  seasonNumber: number
  number: number
}

/** An episode as the local copy knows it. */
export interface KnownEpisode extends EpisodeFacts {
  id: string
  contentId: string
  /** It and its title are published, as far as is known here. */
  published: boolean
  /** What follows: published, aired and no special. Null after a special: nobody goes from one into the first season. */
  next: NextEpisode | null
}

export const statements = {
  read: sql(
    'episodes.read',
    `SELECT e.id, e.content_id AS "contentId", coalesce(e.status = 'published' AND t.status = 'published', false) AS published,
       e.duration_seconds AS "durationSeconds", e.credits_start_seconds AS "creditsStartSeconds",
       (SELECT json_build_object('episodeId', n.id, 'contentId', n.content_id, 'title', n.title,
          'seasonNumber', n.season_number, 'number', n.number)
        FROM content_episodes AS n
        WHERE n.content_id = e.content_id AND n.status = 'published' AND (n.air_date IS NULL OR n.air_date <= now())
          AND n.season_number > 0 AND e.season_number > 0
          AND (n.season_number, n.sort_order, n.id) > (e.season_number, e.sort_order, e.id)
        ORDER BY n.season_number, n.sort_order, n.id LIMIT 1) AS next
     FROM content_episodes AS e LEFT JOIN content_titles AS t ON t.id = e.content_id WHERE e.id = $1`,
  ),
}

export async function readEpisode(db: Db, id: string): Promise<KnownEpisode | null> {
  const [row] = await query<KnownEpisode>(db, statements.read, [id])
  return row ?? null
}
