import type { VideoSource } from '@marquee/contracts'
import { type Db, query, sql, type Tx } from '@marquee/postgres'
import { instant } from '../content/instant.js'

/** The source of the API, of a table that is called `v`. */
export const sourceFields = `v.id, v.episode_id AS "episodeId", v.provider, v.quality, v.url, v.bitrate, v.file_size AS "fileSize",
  ${instant('v.created_at')} AS "createdAt"`

export const statements = {
  list: sql(
    'sources.list',
    `SELECT ${sourceFields} FROM video_sources AS v WHERE v.content_id = $1 AND v.episode_id = $2 ORDER BY v.created_at, v.id`,
  ),
  add: sql(
    'sources.add',
    `INSERT INTO video_sources (content_id, id, episode_id, provider, quality, url, bitrate, file_size)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
  ),
  remove: sql(
    'sources.remove',
    'DELETE FROM video_sources WHERE content_id = $1 AND episode_id = $2 AND id = $3 RETURNING id',
  ),
}

export const sourcesOf = (db: Db, contentId: string, episodeId: string): Promise<VideoSource[]> =>
  query<VideoSource>(db, statements.list, [contentId, episodeId])

export const addSource = (tx: Tx, contentId: string, source: Omit<VideoSource, 'createdAt'>) => {
  const { id, episodeId, provider, quality, url, bitrate, fileSize } = source
  return query(tx, statements.add, [contentId, id, episodeId, provider, quality, url, bitrate, fileSize])
}

/** False when the episode has no such source. */
export const removeSource = async (db: Db, contentId: string, episodeId: string, id: string) =>
  (await query(db, statements.remove, [contentId, episodeId, id])).length === 1
