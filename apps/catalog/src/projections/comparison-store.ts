import { type Db, query, type Statement, sql } from '@marquee/postgres'
import { score } from '../statistics/stats-store.js'
import { checksum, episodes, type Projection, titles } from './projection.js'

const keyOf = ({ key }: Projection) => key.map((column) => `${column}::text`).join(` || ' ' || `)
const inOrder = ({ key }: Projection) => {
  const [first] = key
  const bounds = key.map((_, n) => `$${n + 1}::uuid`).join(', ')
  // The first bound by itself is what an index that begins with this column, and goes on with others, can use.
  return `WHERE ${first} >= $1::uuid AND (${key.join(', ')}) > (${bounds}) ORDER BY ${key.join(', ')} LIMIT $${key.length + 2}`
}
const among = ({ key }: Projection) =>
  `WHERE ${key.map((column, n) => `${column} = ANY($${n + 1}::uuid[])`).join(' AND ')}`

/** How the shards say that a row should be. Behind the key: how many milliseconds the figures may lag. */
const made = (of: Projection) =>
  `SELECT ${keyOf(of)} AS key, ${checksum(of.columns)} AS edited, ${checksum(of.figures)} AS figures,
     coalesce(told_at > now() - $${of.key.length + 1}::bigint * interval '1 millisecond', false) AS lagging
   FROM (${of.source}) AS made`

// A score is off by no more than the mean of all ratings has moved since the job was there.
const offScore = (mean: string) =>
  `CASE WHEN rating_count = 0 THEN rating_score <> 0
     ELSE abs(rating_score - ${score(mean, 'rating', 'rating_count')}) > 0.1 END`

/** How it is. Behind the key: the mean of all ratings, null while it moves. */
const kept = (of: Projection) => {
  const mean = `$${of.key.length + 1}::double precision`
  const figures =
    of.figures.length === 0
      ? `coalesce(${mean}::text, '')`
      : `${checksum(of.figures)} || CASE WHEN ${offScore(mean)} THEN ' score' ELSE '' END`
  return `SELECT ${keyOf(of)} AS key, ${checksum(of.columns)} AS edited, ${figures} AS figures, false AS lagging
    FROM ${of.table}`
}

const whole = (of: Projection) => `SELECT ${keyOf(of)} AS key, ${[...of.columns, ...of.figures].join(', ')}`

interface Sides {
  made: Statement
  kept: Statement
}
interface Statements {
  pages: Sides
  these: Sides
  whole: Sides
}

const ofTitles: Statements = {
  pages: {
    made: sql('projections.titles-made', `${made(titles)} ${inOrder(titles)}`),
    kept: sql('projections.titles-kept', `${kept(titles)} ${inOrder(titles)}`),
  },
  these: {
    made: sql('projections.these-titles-made', `${made(titles)} ${among(titles)}`),
    kept: sql('projections.these-titles-kept', `${kept(titles)} ${among(titles)}`),
  },
  whole: {
    made: sql(
      'projections.whole-titles-made',
      `${whole(titles)} FROM (${titles.source}) AS m ${among(titles)}`,
    ),
    kept: sql('projections.whole-titles-kept', `${whole(titles)} FROM content_listing ${among(titles)}`),
  },
}

const ofEpisodes: Statements = {
  pages: {
    made: sql('projections.episodes-made', `${made(episodes)} ${inOrder(episodes)}`),
    kept: sql('projections.episodes-kept', `${kept(episodes)} ${inOrder(episodes)}`),
  },
  these: {
    made: sql('projections.these-episodes-made', `${made(episodes)} ${among(episodes)}`),
    kept: sql('projections.these-episodes-kept', `${kept(episodes)} ${among(episodes)}`),
  },
  whole: {
    made: sql(
      'projections.whole-episodes-made',
      `${whole(episodes)} FROM (${episodes.source}) AS m ${among(episodes)}`,
    ),
    kept: sql(
      'projections.whole-episodes-kept',
      `${whole(episodes)} FROM episode_listing ${among(episodes)}`,
    ),
  },
}

// Figures that have only just changed move the mean, and with it every score.
const figuresMove = sql(
  'projections.figures-move',
  `SELECT coalesce(max(changed_at) > now() - $1::bigint * interval '1 millisecond', false) AS move FROM content_stats`,
)

const statementsOf = ({ table }: Projection) => (table === 'content_listing' ? ofTitles : ofEpisodes)

/** A row by its checksums: of what edits write, and of what the job copies. */
export interface Summed {
  /** Uuids, the title's first, with a space between. */
  key: string
  edited: string
  figures: string
  /** The figures changed so lately that the job need not have seen it. */
  lagging: boolean
}

export interface Terms {
  /** Milliseconds. */
  lagMs: number
  /** Of all ratings; null while it moves. */
  mean: number | null
}
export type Side = keyof Sides

const term = (side: Side, { lagMs, mean }: Terms) => (side === 'made' ? lagMs : mean)
const nil = '00000000-0000-0000-0000-000000000000'

/** The rows behind `after`, in the order of keys. */
export const page = (db: Db, of: Projection, side: Side, terms: Terms, after: string | null, limit: number) =>
  query<Summed>(db, statementsOf(of).pages[side], [
    ...(after?.split(' ') ?? of.key.map(() => nil)),
    term(side, terms),
    limit,
  ])

const lists = (of: Projection, keys: string[]) => {
  const parts = keys.map((key) => key.split(' '))
  return of.key.map((_, n) => parts.map((part) => part[n]))
}

/** Those of these keys that are there. */
export const these = (db: Db, of: Projection, side: Side, terms: Terms, keys: string[]) =>
  query<Summed>(db, statementsOf(of).these[side], [...lists(of, keys), term(side, terms)])

/** The same with every column. */
export const wholeRows = (db: Db, of: Projection, side: Side, keys: string[]) =>
  query<{ key: string } & Record<string, unknown>>(db, statementsOf(of).whole[side], lists(of, keys))

export const figuresMoved = async (db: Db, withinMs: number): Promise<boolean> =>
  (await query<{ move: boolean }>(db, figuresMove, [withinMs]))[0]?.move ?? false
