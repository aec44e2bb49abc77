import { type Db, query, sql } from '@marquee/postgres'
import { strongEtag } from '@marquee/service-kit'
import { z } from 'zod'
import { episodeFields } from '../content/content-read-store.js'

const neighbour = (side: '<' | '>', direction: 'ASC' | 'DESC') => `(
  SELECT row_to_json(item) FROM (
    SELECT n.id, n.season_number AS "seasonNumber", n.number, n.title FROM episode_listing AS n
    WHERE n.content_id = e.content_id AND n.status = 'published' AND (n.season_number = 0) = (e.season_number = 0)
    AND (n.season_number, n.sort_order, n.id) ${side} (e.season_number, e.sort_order, e.id)
    ORDER BY n.season_number ${direction}, n.sort_order ${direction}, n.id ${direction} LIMIT 1
  ) AS item)`

export const statements = {
  // Specials (season 0) have neighbours of their own: nobody goes from one into the first season.
  read: sql(
    'episode-listing.read',
    `SELECT e.content_id AS "contentId", e.version, e.status = 'published' AND c.status = 'published' AS public,
       (SELECT row_to_json(item) FROM (
         SELECT ${episodeFields}, ${neighbour('<', 'DESC')} AS previous, ${neighbour('>', 'ASC')} AS next
       ) AS item)::text AS json
     FROM episode_listing AS e JOIN content_listing AS c ON c.id = e.content_id WHERE e.id = $1`,
  ),
  list: sql(
    'episode-listing.list',
    `SELECT id, season_number AS season, sort_order AS place,
       row_to_json((SELECT item FROM (SELECT ${episodeFields}) AS item))::text AS item
     FROM episode_listing AS e
     WHERE content_id = $1 AND (status = 'published' OR ($2 AND status <> 'archived'))
       AND ($3::integer IS NULL OR (season_number, sort_order, id) > ($3::integer, $4::numeric, $5::uuid))
     ORDER BY season_number, sort_order, id LIMIT $6`,
  ),
  ids: sql('episode-listing.ids', 'SELECT id FROM episode_listing WHERE content_id = $1'),
  contentOf: sql(
    'episode-listing.content-of',
    'SELECT content_id AS "contentId" FROM episode_listing WHERE id = $1',
  ),
}

export interface EpisodeBytes {
  contentId: string
  /** Whether everybody may see it: it and its title are published. */
  public: boolean
  etag: string
  bytes: Buffer
}

/** An episode with its neighbours, from the projections alone: its title need not be known. */
export async function readEpisode(db: Db, id: string): Promise<EpisodeBytes | null> {
  type Row = Omit<EpisodeBytes, 'etag' | 'bytes'> & { version: number; json: string }
  const [row] = await query<Row>(db, statements.read, [id])
  if (!row) return null
  const { json, version, ...rest } = row
  const bytes = Buffer.from(json)
  return { ...rest, bytes, etag: strongEtag(version, bytes) }
}

/** Season, order within it, id. */
export const EpisodePlace = z.tuple([z.number(), z.number(), z.guid()])
export interface ListedEpisode {
  id: string
  season: number
  place: number
  item: string
}

export function listEpisodes(
  db: Db,
  contentId: string,
  asEditor: boolean,
  after: z.infer<typeof EpisodePlace> | null,
  limit: number,
): Promise<ListedEpisode[]> {
  const [season, place, id] = after ?? [null, null, null]
  return query(db, statements.list, [contentId, asEditor, season, place, id, limit])
}

export const episodeIds = async (db: Db, contentId: string): Promise<string[]> =>
  (await query<{ id: string }>(db, statements.ids, [contentId])).map(({ id }) => id)

export const contentOfEpisode = async (db: Db, id: string): Promise<string | null> =>
  (await query<{ contentId: string }>(db, statements.contentOf, [id]))[0]?.contentId ?? null
