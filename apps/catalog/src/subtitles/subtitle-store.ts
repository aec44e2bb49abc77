import type { Subtitle } from '@marquee/contracts'
import { type Db, query, sql, type Tx } from '@marquee/postgres'
import { instant } from '../content/instant.js'

/** Subtitles of the API, of a table that is called `u`. */
export const subtitleFields = `u.id, u.episode_id AS "episodeId", u.language, u.file_url AS "fileUrl", u.is_default AS "isDefault",
  ${instant('u.created_at')} AS "createdAt"`

export const statements = {
  list: sql(
    'subtitles.list',
    `SELECT ${subtitleFields} FROM subtitles AS u WHERE u.content_id = $1 AND u.episode_id = $2 ORDER BY u.created_at, u.id`,
  ),
  add: sql(
    'subtitles.add',
    `INSERT INTO subtitles (content_id, id, episode_id, language, file_url, is_default) VALUES ($1, $2, $3, $4, $5, false)`,
  ),
  remove: sql(
    'subtitles.remove',
    'DELETE FROM subtitles WHERE content_id = $1 AND episode_id = $2 AND id = $3',
  ),
  // Two statements: within one, the index that allows one default may see the new one before the old one is gone.
  clearDefault: sql(
    'subtitles.clear-default',
    'UPDATE subtitles SET is_default = false WHERE content_id = $1 AND episode_id = $2 AND is_default',
  ),
  makeDefault: sql(
    'subtitles.make-default',
    'UPDATE subtitles SET is_default = true WHERE content_id = $1 AND episode_id = $2 AND id = $3',
  ),
}

/** In the order in which they were added. */
export const subtitlesOf = (db: Db, contentId: string, episodeId: string): Promise<Subtitle[]> =>
  query<Subtitle>(db, statements.list, [contentId, episodeId])

export const addSubtitle = (
  tx: Tx,
  contentId: string,
  { id, episodeId, language, fileUrl }: Pick<Subtitle, 'id' | 'episodeId' | 'language' | 'fileUrl'>,
) => query(tx, statements.add, [contentId, id, episodeId, language, fileUrl])

export const removeSubtitle = (tx: Tx, contentId: string, episodeId: string, id: string) =>
  query(tx, statements.remove, [contentId, episodeId, id])

/** These and no others are the default of the episode, whose row must be locked. */
export async function makeDefault(tx: Tx, contentId: string, episodeId: string, id: string): Promise<void> {
  await query(tx, statements.clearDefault, [contentId, episodeId])
  await query(tx, statements.makeDefault, [contentId, episodeId, id])
}
