import { type Include, includes } from '@marquee/contracts'
import { type Db, query, sql } from '@marquee/postgres'
import { strongEtag } from '@marquee/service-kit'
import { creditRows } from '../credits/credit-store.js'
import { instant } from './instant.js'

/** The episode of the API, of a table that is called `e`. */
export const episodeFields = `e.id, e.content_id AS "contentId", e.season_number AS "seasonNumber", e.number,
  e.sort_order AS "sortOrder", e.title, e.original_title AS "originalTitle", e.duration_seconds AS "durationSeconds",
  e.credits_start_seconds AS "creditsStartSeconds", ${instant('e.air_date')} AS "airDate",
  e.thumbnail_url AS "thumbnailUrl", e.is_free AS "isFree", e.status, e.version`

const array = (rows: string) => `(SELECT coalesce(json_agg(item), '[]') FROM (${rows}) AS item)`
const included = (name: Include, rows: string) =>
  `CASE WHEN '${name}' = ANY($3::text[]) THEN ${array(rows)}::text END AS "${name}"`

const genres = `SELECT g.id, g.name FROM content_genres AS cg JOIN genres AS g ON g.id = cg.genre_id
  WHERE cg.content_id = $1 ORDER BY cg.position, g.id`
const episodes = `SELECT ${episodeFields} FROM episodes AS e
  WHERE e.content_id = $1 AND (e.status = 'published' OR ($4 AND e.status <> 'archived'))
  ORDER BY e.season_number, e.sort_order, e.id`
const translations = `SELECT language, title, description FROM content_translations WHERE content_id = $1 ORDER BY language`
const externalIds = `SELECT source, external_id AS "externalId", url FROM external_ids
  WHERE content_id = $1 ORDER BY source, external_id`
const credits = `SELECT person, kind, role, department, "isLead", "sortOrder" FROM (${creditRows}) AS both_kinds
  ORDER BY kind, "isLead" DESC, "sortOrder", id`
const tags = `SELECT t.id, t.name FROM content_tags AS ct JOIN tags AS t ON t.id = ct.tag_id
  WHERE ct.content_id = $1 ORDER BY lower(t.name), t.id`

const content = `SELECT c.id, c.slug, c.kind, coalesce(t.title, c.title) AS title, c.original_title AS "originalTitle",
  coalesce(t.description, c.description) AS description, c.poster_url AS "posterUrl", c.banner_url AS "bannerUrl",
  c.thumbnail_url AS "thumbnailUrl", c.year, c.origin, c.original_language AS "originalLanguage", ${array(genres)} AS genres,
  c.age_rating AS "ageRating", c.status, ${instant('c.publish_at')} AS "publishAt", c.airing_status AS "airingStatus",
  c.total_episodes AS "totalEpisodes", c.is_vip AS "isVip", c.available_regions AS "availableRegions", s.rating,
  coalesce(s.rating_count, 0) AS "ratingCount", coalesce(s.total_views, 0) AS "totalViews",
  coalesce(s.popularity, 0) AS popularity, c.version, ${instant('c.created_at')} AS "createdAt",
  ${instant('c.updated_at')} AS "updatedAt"`

// The best language for $2: as entered, translated, or the original title, by the caller's preference first.
const inLanguage = `SELECT language, title, description FROM (
    SELECT c.title_language AS language, c.title, c.description, 0 AS rank WHERE c.title_language = ANY($2::text[])
    UNION ALL
    SELECT language, title, description, 1 FROM content_translations WHERE content_id = $1 AND language = ANY($2::text[])
    UNION ALL
    SELECT c.original_language, c.original_title, NULL, 2
    WHERE c.original_title IS NOT NULL AND c.original_language = ANY($2::text[])
  ) AS candidate ORDER BY array_position($2::text[], language), rank LIMIT 1`

/*
 * One router query builds the whole answer. Concurrent lookups are not merged into `= ANY($1)`: ids of one tick lie on all shards,
 * so on Citus the merged query is as many tasks as there are shards and fails with any dead worker, where one by one those on live
 * shards are answered. Cache and single flight stand before it.
 * `$1` is repeated in every part, since only a constant beside each table tells Citus that one shard has it all.
 */
const read = (parts = '') => `SELECT c.status, c.version, coalesce(t.language, c.title_language) AS language,
    (SELECT row_to_json(item) FROM (${content}) AS item)::text AS json${parts}
  FROM content_metadata AS c
  LEFT JOIN content_stats AS s ON s.content_id = c.id AND s.content_id = $1
  LEFT JOIN LATERAL (${inLanguage}) AS t ON true
  WHERE c.id = $1`

export const statements = {
  // On its own, because what is not asked for would still be planned, on Citus twice.
  read: sql('content.read', read()),
  readParts: sql(
    'content.read-parts',
    read(
      `, ${included('episodes', episodes)}, ${included('translations', translations)},
       ${included('externalIds', externalIds)}, ${included('credits', credits)}, ${included('tags', tags)}`,
    ),
  ),
}

export interface ContentView {
  languages: string[]
  include: Include[]
  /** Editors also see what is not published. */
  asEditor: boolean
}

export interface ContentBytes {
  status: string
  etag: string
  language: string
  bytes: Buffer
}

type Row = { status: string; version: number; language: string; json: string } & Record<
  Include,
  string | null
>

/** A title as its finished JSON, null when there is none or it may not be seen. */
export async function readContent(db: Db, id: string, view: ContentView): Promise<ContentBytes | null> {
  const { languages, include, asEditor } = view
  const [row] =
    include.length === 0
      ? await query<Row>(db, statements.read, [id, languages])
      : await query<Row>(db, statements.readParts, [id, languages, include, asEditor])
  if (!row || (row.status !== 'published' && !asEditor)) return null
  const parts = includes.filter((name) => row[name] != null).map((name) => `,"${name}":${row[name]}`)
  const bytes = Buffer.from(`${row.json.slice(0, -1)}${parts.join('')}}`)
  return { status: row.status, language: row.language, etag: strongEtag(row.version, bytes), bytes }
}
