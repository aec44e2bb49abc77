import type { AiringStatus, EpisodeDetail } from '@marquee/contracts'
import { type Db, query, sql } from '@marquee/postgres'
import { countChange } from './news-store.js'

type Status = EpisodeDetail['status']

/** What is kept of a title. */
export interface TitleCopy {
  id: string
  version: number
  status: Status
  slug: string
  kind: string
  title: string
  originalTitle: string | null
  posterUrl: string | null
  year: number | null
  origin: string
  isVip: boolean
  airingStatus: AiringStatus | null
  ageRating: string | null
  /** ISO 3166-1 alpha-2; null is everywhere. */
  availableRegions: string[] | null
}

/** What is kept of an episode; `airDate` in RFC 3339. */
export interface EpisodeCopy {
  id: string
  contentId: string
  version: number
  status: Status
  seasonNumber: number
  number: number
  sortOrder: number
  title: string
  durationSeconds: number | null
  creditsStartSeconds: number | null
  isFree: boolean
  airDate: string | null
}

/** A deleted title or episode keeps its name; its version keeps older events from bringing it back. */
export interface Tombstone {
  id: string
  /** Of an episode: its title. */
  contentId?: string
  version: number
}

/** The time that a row which becomes published does so here. */
export const publishedNow = (row: string) => `CASE WHEN ${row}.status = 'published' THEN now() END`
/** Of one that takes the place of a row. */
export const publishedSince = (row: string) =>
  `CASE WHEN ${row}.status = 'published' OR excluded.status <> 'published' THEN ${row}.published_at ELSE now() END`

export const statements = {
  titles: sql(
    'titles.keep',
    `INSERT INTO content_titles AS t (id, version, status, slug, kind, title, original_title, poster_url, year, origin, is_vip,
       airing_status, age_rating, available_regions)
     SELECT * FROM json_to_recordset($1) AS new (id uuid, version bigint, status text, slug text, kind text, title text,
       "originalTitle" text, "posterUrl" text, year integer, origin text, "isVip" boolean, "airingStatus" text, "ageRating" text,
       "availableRegions" text[])
     ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status, slug = excluded.slug,
       kind = excluded.kind, title = excluded.title, original_title = excluded.original_title,
       poster_url = excluded.poster_url, year = excluded.year, origin = excluded.origin, is_vip = excluded.is_vip,
       airing_status = excluded.airing_status, age_rating = excluded.age_rating,
       available_regions = excluded.available_regions, updated_at = now()
     WHERE t.version < excluded.version RETURNING id`,
  ),
  titleTombstones: sql(
    'titles.bury',
    `INSERT INTO content_titles AS t (id, version, status)
     SELECT id, version, 'archived' FROM json_to_recordset($1) AS new (id uuid, version bigint)
     ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status, updated_at = now()
     WHERE t.version < excluded.version RETURNING id`,
  ),
  episodes: sql(
    'episodes.keep',
    `INSERT INTO content_episodes AS e (id, content_id, version, status, season_number, number, sort_order, title,
       duration_seconds, credits_start_seconds, is_free, air_date, published_at)
     SELECT new.*, ${publishedNow('new')} FROM json_to_recordset($1) AS new (id uuid, "contentId" uuid, version bigint, status text,
       "seasonNumber" integer, number integer, "sortOrder" numeric, title text, "durationSeconds" double precision,
       "creditsStartSeconds" double precision, "isFree" boolean, "airDate" timestamptz)
     ON CONFLICT (id) DO UPDATE SET content_id = excluded.content_id, version = excluded.version, status = excluded.status,
       season_number = excluded.season_number, number = excluded.number, sort_order = excluded.sort_order,
       title = excluded.title, duration_seconds = excluded.duration_seconds,
       credits_start_seconds = excluded.credits_start_seconds, is_free = excluded.is_free, air_date = excluded.air_date,
       published_at = ${publishedSince('e')}, updated_at = now()
     WHERE e.version < excluded.version RETURNING id`,
  ),
  episodeTombstones: sql(
    'episodes.bury',
    `INSERT INTO content_episodes AS e (id, content_id, version, status)
     SELECT id, "contentId", version, 'archived' FROM json_to_recordset($1) AS new (id uuid, "contentId" uuid, version bigint)
     ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status, updated_at = now()
     WHERE e.version < excluded.version RETURNING id`,
  ),
}

/**
 * Keeps copies of titles and episodes, and counts the change of every title that they are of: also of those that were kept before, whose
 * keeper may have been killed before it counted.
 * @returns how many were newer than what was kept
 */
export async function keepCopies(db: Db, { titles = [], episodes = [], ...gone }: Copies): Promise<number> {
  const { goneTitles = [], goneEpisodes = [] } = gone
  const kept = await keepTitles(db, titles, goneTitles)
  const keptEpisodes = await keepEpisodes(db, episodes, goneEpisodes)
  await countChange(db, [
    ...[...titles, ...goneTitles].map(({ id }) => id),
    ...[...episodes, ...goneEpisodes].map(({ contentId }) => contentId),
  ])
  return kept + keptEpisodes
}

export interface Copies {
  titles?: TitleCopy[]
  episodes?: EpisodeCopy[]
  goneTitles?: Tombstone[]
  goneEpisodes?: (Tombstone & { contentId: string })[]
}

/**
 * Keeps each title if it is newer than what is kept, so that neither order nor repetition matters.
 * @returns how many were
 */
export async function keepTitles(db: Db, titles: TitleCopy[], tombstones: Tombstone[] = []): Promise<number> {
  const kept = await keepNewest(db, statements.titles, titles)
  return kept + (await keepNewest(db, statements.titleTombstones, tombstones))
}

/** The same for episodes. */
export async function keepEpisodes(
  db: Db,
  episodes: EpisodeCopy[],
  tombstones: (Tombstone & { contentId: string })[] = [],
): Promise<number> {
  const kept = await keepNewest(db, statements.episodes, episodes)
  return kept + (await keepNewest(db, statements.episodeTombstones, tombstones))
}

/** One statement for all; sorted, so that two writers cannot wait for each other. */
async function keepNewest(
  db: Db,
  statement: (typeof statements)['titles'],
  states: { id: string; version: number }[],
): Promise<number> {
  if (states.length === 0) return 0
  const newest = new Map<string, { id: string; version: number }>()
  for (const state of states)
    if (state.version > (newest.get(state.id)?.version ?? 0)) newest.set(state.id, state)
  const sorted = [...newest.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  return (await query(db, statement, [JSON.stringify(sorted)])).length
}
