import { type Db, query, sql } from '@marquee/postgres'

export const statements = {
  titles: sql(
    'listing.due',
    `SELECT id, publish_at AS at FROM content_listing WHERE status = 'scheduled' AND publish_at <= now() ORDER BY publish_at LIMIT $1`,
  ),
  episodes: sql(
    'episode-listing.due',
    `SELECT id, air_date AS at FROM episode_listing WHERE status = 'scheduled' AND air_date <= now() ORDER BY air_date LIMIT $1`,
  ),
  airing: sql(
    'episode-listing.airing',
    `SELECT id, air_date AS at FROM episode_listing WHERE status = 'published' AND NOT aired AND air_date <= now() ORDER BY air_date LIMIT $1`,
  ),
}

const batch = 100

/** `at` is the time that has come: an editor may have moved it since. */
export interface Due {
  id: string
  at: Date
}

export const dueTitles = (db: Db): Promise<Due[]> => query<Due>(db, statements.titles, [batch])
export const dueEpisodes = (db: Db): Promise<Due[]> => query<Due>(db, statements.episodes, [batch])
/** Published before their time, which has come. */
export const airingEpisodes = (db: Db): Promise<Due[]> => query<Due>(db, statements.airing, [batch])
