import { type Db, query, sql, type Tx, writeOutbox } from '@marquee/postgres'
import { ApiError } from '@marquee/service-kit'
import { columnNames, placeholders, selected, valuesOf } from '../content/title.js'
import { databaseTime } from '../time-store.js'
import { type EpisodeRow, episodeColumns, episodeEvent, type StoredEpisode, stored } from './episode.js'

const columns = columnNames(episodeColumns)
const edits = episodeColumns.slice(2).map(([, column], n) => `${column} = $${n + 3}`)
const listedEdits = episodeColumns.slice(2).map(([, column]) => `${column} = excluded.${column}`)

export const statements = {
  lock: sql(
    'episodes.lock',
    `SELECT ${selected(episodeColumns)} FROM episodes WHERE content_id = $1 AND id = $2 FOR UPDATE`,
  ),
  count: sql(
    'episodes.count',
    `SELECT count(*) AS count FROM episodes WHERE content_id = $1 AND status <> 'archived'`,
  ),
  makeSeason: sql(
    'seasons.make',
    'INSERT INTO seasons (content_id, number) VALUES ($1, $2) ON CONFLICT (content_id, number) DO NOTHING',
  ),
  insert: sql(
    'episodes.insert',
    `INSERT INTO episodes (${columns}) VALUES (${placeholders(episodeColumns.length)})`,
  ),
  update: sql(
    'episodes.update',
    `UPDATE episodes SET ${edits.join(', ')}, updated_at = now() WHERE content_id = $1 AND id = $2`,
  ),
  list: sql(
    'episode-listing.put',
    `INSERT INTO episode_listing (${columns}) VALUES (${placeholders(episodeColumns.length)})
     ON CONFLICT (id) DO UPDATE SET ${listedEdits.join(', ')}`,
  ),
}

export const lockEpisode = async (tx: Tx, contentId: string, id: string): Promise<StoredEpisode | null> =>
  (await query<StoredEpisode>(tx, statements.lock, [contentId, id]))[0] ?? null

export const countEpisodes = async (db: Db, contentId: string): Promise<number> =>
  (await query<{ count: number }>(db, statements.count, [contentId]))[0]?.count ?? 0

/** With its event. @throws ApiError episode_exists when the season has an episode of this number */
export const insertEpisode = (tx: Tx, episode: EpisodeRow, traceparent?: string): Promise<void> =>
  write(tx, null, episode, traceparent)

/** The same for an edit; `before` must have been read under its lock in this transaction. @throws ApiError episode_exists */
export const updateEpisode = (
  tx: Tx,
  before: StoredEpisode,
  after: EpisodeRow,
  traceparent?: string,
): Promise<void> => write(tx, before, after, traceparent)

async function write(tx: Tx, before: StoredEpisode | null, row: EpisodeRow, traceparent?: string) {
  const episode = stored(row, await databaseTime(tx))
  const values = valuesOf(episodeColumns, episode)
  await query(tx, statements.makeSeason, [episode.contentId, episode.seasonNumber])
  try {
    await query(tx, before ? statements.update : statements.insert, values)
  } catch (error) {
    if ((error as { code?: string }).code !== '23505') throw error
    const { seasonNumber, number } = episode
    throw new ApiError('episode_exists', `Season ${seasonNumber} has an episode ${number} already.`, {
      cause: error,
    })
  }
  await writeOutbox(tx, [episodeEvent(before, episode, traceparent)])
  // Last: on Citus an open writer of a reference table makes every other one wait.
  await query(tx, statements.list, values)
}
