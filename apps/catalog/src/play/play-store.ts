import { type Db, query, sql } from '@marquee/postgres'
import { episodeFields } from '../content/content-read-store.js'
import { sourceFields } from '../sources/source-store.js'
import { subtitleFields } from '../subtitles/subtitle-store.js'

const object = (fields: string) => `(SELECT row_to_json(item) FROM (SELECT ${fields}) AS item)`
const array = (rows: string) => `(SELECT coalesce(json_agg(item), '[]') FROM (${rows}) AS item)`

// `$1`, the title, stands beside each table: only a constant tells Citus that one shard has it all.
export const statements = {
  read: sql(
    'play.read',
    `SELECT json_build_object(
       'content', ${object(`c.id, c.slug, c.kind, c.title, c.poster_url AS "posterUrl", c.year, c.origin, s.rating, c.is_vip AS "isVip"`)},
       'terms', ${object(
         `c.status, c.is_vip AS "isVip", c.age_rating AS "ageRating", c.available_regions AS "availableRegions"`,
       )},
       'episode', ${object(episodeFields)},
       'sources', ${array(
         `SELECT ${sourceFields} FROM video_sources AS v WHERE v.content_id = $1 AND v.episode_id = $2 ORDER BY v.created_at, v.id`,
       )},
       'subtitles', ${array(
         `SELECT ${subtitleFields} FROM subtitles AS u WHERE u.content_id = $1 AND u.episode_id = $2 ORDER BY u.created_at, u.id`,
       )})::text AS json
     FROM content_metadata AS c
     JOIN episodes AS e ON e.content_id = c.id AND e.content_id = $1
     LEFT JOIN content_stats AS s ON s.content_id = c.id AND s.content_id = $1
     WHERE c.id = $1 AND e.id = $2`,
  ),
}

/** Finished JSON, null when the title has no such episode. */
export const readPlay = async (db: Db, contentId: string, episodeId: string): Promise<string | null> =>
  (await query<{ json: string }>(db, statements.read, [contentId, episodeId]))[0]?.json ?? null
