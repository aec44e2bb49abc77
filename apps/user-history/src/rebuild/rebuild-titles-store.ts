import { type Db, query, sql, type Tx } from '@marquee/postgres'
import { type EpisodeCopy, publishedNow, publishedSince, type TitleCopy } from '../titles/copies-store.js'
import { countChange } from '../titles/news-store.js'

/* The copies anew, in tables beside the live ones. */

const columnsOf = {
  content_titles: [
    'status',
    'slug',
    'kind',
    'title',
    'original_title',
    'poster_url',
    'year',
    'origin',
    'is_vip',
    'airing_status',
    'age_rating',
    'available_regions',
  ],
  content_episodes: [
    'content_id',
    'status',
    'season_number',
    'number',
    'sort_order',
    'title',
    'duration_seconds',
    'credits_start_seconds',
    'is_free',
    'air_date',
  ],
} as const
export type CopiedTable = keyof typeof columnsOf
export const copiedTables = Object.keys(columnsOf) as CopiedTable[]

const nextOf = (table: CopiedTable) => `rebuild_${table}`

function statementsOf(table: CopiedTable) {
  const columns = columnsOf[table].join(', ')
  const [idOf, published] =
    table === 'content_titles'
      ? ['id', { column: '', value: '', since: '' }]
      : [
          'content_id',
          {
            column: ', published_at',
            value: `, ${publishedNow('b')}`,
            since: `, published_at = ${publishedSince('t')}`,
          },
        ]
  const sides = (side: string) => columnsOf[table].map((name) => `${side}.${name}`).join(', ')
  const name = table.replace('_', '-')
  // What an event has brought meanwhile is newer, and stays.
  const differing = `FROM ${nextOf(table)} AS b LEFT JOIN ${table} AS t USING (id)
    WHERE t.id IS NULL OR b.version > t.version OR (b.version = t.version AND (${sides('b')}) IS DISTINCT FROM (${sides('t')}))`
  return {
    /** A deleted title keeps the name it had here. */
    swap: sql(
      `rebuild.swap-${name}`,
      `INSERT INTO ${table} AS t (id, version, ${columns}${published.column}) SELECT id, b.version, ${sides('b')}${published.value} ${differing}
       ON CONFLICT (id) DO UPDATE SET version = excluded.version, updated_at = now(),
         ${columnsOf[table].map((column) => `${column} = excluded.${column}`).join(', ')}${published.since}
       RETURNING ${idOf} AS "contentId"`,
    ),
    // Known to nobody but this copy, and not brought by an event since the catalogue was asked.
    drop: sql(
      `rebuild.drop-${name}`,
      `DELETE FROM ${table} AS t WHERE updated_at < $1 AND NOT EXISTS (SELECT FROM ${nextOf(table)} AS b WHERE b.id = t.id)
       RETURNING ${idOf} AS "contentId"`,
    ),
  }
}
const keep = {
  content_titles: sql(
    'rebuild.keep-titles',
    `INSERT INTO rebuild_content_titles (id, version, ${columnsOf.content_titles.join(', ')})
     SELECT * FROM json_to_recordset($1) AS new (id uuid, version bigint, status text, slug text, kind text, title text,
       "originalTitle" text, "posterUrl" text, year integer, origin text, "isVip" boolean, "airingStatus" text, "ageRating" text,
       "availableRegions" text[])
     ON CONFLICT DO NOTHING`,
  ),
  content_episodes: sql(
    'rebuild.keep-episodes',
    `INSERT INTO rebuild_content_episodes (id, version, ${columnsOf.content_episodes.join(', ')})
     SELECT * FROM json_to_recordset($1) AS new (id uuid, version bigint, "contentId" uuid, status text,
       "seasonNumber" integer, number integer, "sortOrder" numeric, title text, "durationSeconds" double precision,
       "creditsStartSeconds" double precision, "isFree" boolean, "airDate" timestamptz)
     ON CONFLICT DO NOTHING`,
  ),
}

export const statements = {
  keep,
  content_titles: statementsOf('content_titles'),
  content_episodes: statementsOf('content_episodes'),
}

export async function makeCopies(db: Db): Promise<void> {
  await dropCopies(db)
  for (const table of copiedTables)
    await db.query(
      `CREATE UNLOGGED TABLE ${nextOf(table)} (LIKE ${table} INCLUDING DEFAULTS, PRIMARY KEY (id))`,
    )
}

export async function dropCopies(db: Db): Promise<void> {
  for (const table of copiedTables) await db.query(`DROP TABLE IF EXISTS ${nextOf(table)}`)
}

export async function keepCopies(
  db: Db,
  table: CopiedTable,
  copies: readonly (TitleCopy | EpisodeCopy)[],
): Promise<void> {
  if (copies.length > 0) await query(db, keep[table], [JSON.stringify(copies)])
}

/** Puts the copy made anew in the place of the live one; only rows that differ are written. @returns how many those were */
export async function swapCopies(tx: Tx, table: CopiedTable, askedAt: Date): Promise<number> {
  await tx.query(`SET LOCAL lock_timeout = '5s'`)
  await tx.query(`LOCK TABLE ${table} IN SHARE ROW EXCLUSIVE MODE`)
  const swapped = await query<{ contentId: string }>(tx, statements[table].swap)
  const dropped = await query<{ contentId: string }>(tx, statements[table].drop, [askedAt])
  const changed = [...swapped, ...dropped]
  await countChange(
    tx,
    changed.map(({ contentId }) => contentId),
  )
  return changed.length
}
