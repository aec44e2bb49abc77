import { type Db, query, sql } from '@marquee/postgres'
import { instant } from '../content/instant.js'

export const statements = {
  // Of the shards, because the projection keeps no version. Grouped by the column that they are spread by, so each shard gives its
  // own first rows and the coordinator merges them.
  titles: sql(
    'copies.titles',
    `SELECT c.id, json_build_object('id', c.id, 'slug', c.slug, 'kind', c.kind, 'title', c.title,
       'originalTitle', c.original_title, 'posterUrl', c.poster_url, 'year', c.year, 'origin', c.origin, 'isVip', c.is_vip,
       'genres', coalesce(json_agg(json_build_object('id', g.id, 'name', g.name) ORDER BY cg.position, g.id)
         FILTER (WHERE g.id IS NOT NULL), '[]'), 'status', c.status, 'airingStatus', c.airing_status, 'ageRating', c.age_rating,
       'availableRegions', c.available_regions, 'version', c.version)::text AS item
     FROM content_metadata AS c
     LEFT JOIN content_genres AS cg ON cg.content_id = c.id LEFT JOIN genres AS g ON g.id = cg.genre_id
     WHERE c.id > $1 GROUP BY c.id ORDER BY c.id LIMIT $2`,
  ),
  episodes: sql(
    'copies.episodes',
    `SELECT e.id, json_build_object('id', e.id, 'contentId', e.content_id, 'seasonNumber', e.season_number,
       'number', e.number, 'sortOrder', e.sort_order, 'title', e.title, 'durationSeconds', e.duration_seconds,
       'creditsStartSeconds', e.credits_start_seconds, 'isFree', e.is_free, 'airDate', ${instant('e.air_date')},
       'status', e.status, 'version', e.version)::text AS item
     FROM episode_listing AS e WHERE e.id > $1 ORDER BY e.id LIMIT $2`,
  ),
}

export interface Copied {
  id: string
  /** Finished JSON. */
  item: string
}

export const titlesAfter = (db: Db, after: string, limit: number): Promise<Copied[]> =>
  query(db, statements.titles, [after, limit])
export const episodesAfter = (db: Db, after: string, limit: number): Promise<Copied[]> =>
  query(db, statements.episodes, [after, limit])
