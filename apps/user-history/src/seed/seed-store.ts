import { type Db, type Pool, query, sql, type Tx } from '@marquee/postgres'
import type { SeedUser } from '@marquee/seed'
import type { SeedEpisode, SeedTitle } from './draw-sittings.js'

const seeded = sql('seed.seeded', 'SELECT user_id AS id FROM seeded_histories WHERE seed = $1')
const known = sql('seed.known-titles', `SELECT content_id AS id FROM content_episodes GROUP BY content_id`)
const published = sql('seed.published-titles', `SELECT id FROM content_titles WHERE status = 'published'`)
const titles = sql(
  'seed.titles',
  `SELECT t.id, t.kind, json_agg(json_build_array(e.id, e.season_number, extract(epoch FROM e.air_date) * 1000,
       e.duration_seconds, e.credits_start_seconds) ORDER BY e.season_number, e.sort_order, e.id) AS episodes
   FROM content_titles AS t JOIN content_episodes AS e ON e.content_id = t.id
   WHERE t.id = ANY($1::uuid[]) AND t.status = 'published' AND e.status = 'published' GROUP BY t.id`,
)
// Who has watched something by then keeps that and gets nothing made up beside it.
const claim = sql(
  'seed.claim',
  `INSERT INTO seeded_histories (seed, user_id)
   SELECT $1, id FROM unnest($2::uuid[]) AS person (id) ORDER BY id ON CONFLICT DO NOTHING
   RETURNING user_id AS id, NOT EXISTS (SELECT FROM progress_reports WHERE progress_reports.user_id = seeded_histories.user_id)
     AND NOT EXISTS (SELECT FROM user_watch_history WHERE user_watch_history.user_id = seeded_histories.user_id) AS fresh`,
)
const keepPeople = sql(
  'seed.keep-people',
  `INSERT INTO users AS u (id, email, username, display_name, country, subscription_tier, created_at, updated_at)
   SELECT id, email, username, name, country, tier, created_at, created_at
   FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[])
     AS person (id, email, username, name, country, tier, created_at) ORDER BY id
   ON CONFLICT (id) DO UPDATE SET email = coalesce(u.email, excluded.email), username = coalesce(u.username, excluded.username),
     display_name = coalesce(u.display_name, excluded.display_name), country = coalesce(u.country, excluded.country),
     created_at = least(u.created_at, excluded.created_at), updated_at = now()`,
)
const idsOf = async (rows: Promise<{ id: string }[]>) => new Set((await rows).map(({ id }) => id))

/** People whose history of this seed is written. */
export const seededUsers = (db: Db, seed: number) => idsOf(query<{ id: string }>(db, seeded, [seed]))
/** Titles with an episode that is known here. */
export const titlesWithEpisodes = (db: Db) => idsOf(query<{ id: string }>(db, known))
export const publishedTitles = (db: Db) => idsOf(query<{ id: string }>(db, published))

type EpisodeRow = [
  id: string,
  season: number,
  airsAt: number | null,
  duration: number | null,
  credits: number | null,
]

/** What may be watched of these titles. */
export async function readTitles(db: Db, ids: string[]): Promise<Map<string, SeedTitle>> {
  const rows = await query<{ id: string; kind: string; episodes: EpisodeRow[] }>(db, titles, [ids])
  const toEpisode = ([
    id,
    season,
    airsAt,
    durationSeconds,
    creditsStartSeconds,
  ]: EpisodeRow): SeedEpisode => ({
    id,
    season,
    airsAt,
    durationSeconds,
    creditsStartSeconds,
  })
  return new Map(rows.map(({ id, kind, episodes }) => [id, { id, kind, episodes: episodes.map(toEpisode) }]))
}

/** Marks people as done. @returns those of them who had neither history nor mark */
export async function claimPeople(tx: Tx, seed: number, ids: string[]): Promise<Set<string>> {
  const rows = await query<{ id: string; fresh: boolean }>(tx, claim, [seed, ids])
  return new Set(rows.filter(({ fresh }) => fresh).map(({ id }) => id))
}

/** What is known of a person stays, the rest is added. */
export async function writePeople(tx: Tx, people: readonly SeedUser[]): Promise<void> {
  await query(tx, keepPeople, [
    people.map(({ id }) => id),
    people.map(({ email }) => email),
    people.map(({ username }) => username),
    people.map(({ displayName }) => displayName),
    people.map(({ country }) => country),
    people.map(({ subscriptionTier }) => subscriptionTier),
    people.map(({ createdAt }) => createdAt),
  ])
}

// Those of which more is asked than one key.
const scanned = ['users', 'content_titles', 'content_episodes', 'user_watch_history', 'content_analytics']

/** After so many rows at once the planner's figures are of another time. */
export const analyze = async (pool: Pool): Promise<void> => {
  await pool.query(`ANALYZE ${scanned.join(', ')}`)
}
