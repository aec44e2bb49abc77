import { type Pool, query, sql } from '@marquee/postgres'
import { literal, type ReplicationNames } from './names.js'
import { publishedNames } from './published.js'

/** How far a table is: waiting for its first copy, being copied, catching up with what changed meanwhile, or following. */
export type TableState = 'waiting' | 'copying' | 'catching up' | 'following'

export interface Subscription {
  connection: string
  enabled: boolean
  slot: string | null
  publications: string[]
  disableOnError: boolean
  /** The process that takes the changes in; null while there is none. */
  worker: number | null
  /** Since the server's statistics began: while following, and while copying a table. */
  errors: { apply: number; sync: number }
  /** The end of the last transaction that was taken in, e.g. 0/1FBB658; null before the first. */
  position: string | null
  tables: Record<string, TableState>
}

interface Row extends Omit<Subscription, 'tables' | 'errors'> {
  apply: number
  sync: number
  tables: { name: string; state: string }[]
}

// The leader worker is the one without a table; those of PostgreSQL 16 that apply in parallel name their leader.
const read = sql(
  'subscription.read',
  `SELECT s.subconninfo AS connection, s.subenabled AS enabled, s.subslotname AS slot, s.subpublications AS publications,
     s.subdisableonerr AS "disableOnError", stats.apply_error_count AS apply, stats.sync_error_count AS sync,
     (SELECT min(pid) FROM pg_stat_subscription w WHERE w.subid = s.oid AND w.relid IS NULL AND w.pid IS NOT NULL) AS worker,
     (SELECT remote_lsn::text FROM pg_replication_origin_status o WHERE o.external_id = 'pg_' || s.oid) AS position,
     coalesce((SELECT json_agg(json_build_object('name', srrelid::regclass::text, 'state', srsubstate) ORDER BY 1)
       FROM pg_subscription_rel WHERE srsubid = s.oid), '[]') AS tables
   FROM pg_subscription s JOIN pg_stat_subscription_stats stats ON stats.subid = s.oid
   WHERE s.subname = $1 AND s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
)

const stateWords: Record<string, TableState> = {
  i: 'waiting',
  d: 'copying',
  f: 'catching up',
  s: 'catching up',
  r: 'following',
}

/** Null where there is none. */
export async function readSubscription(
  replica: Pool,
  { subscription }: ReplicationNames,
): Promise<Subscription | null> {
  const [row] = await query<Row>(replica, read, [subscription])
  if (!row) return null
  const { apply, sync, tables, ...rest } = row
  const states = Object.fromEntries(tables.map(({ name, state }) => [name, inWords(state)]))
  return { ...rest, errors: { apply, sync }, tables: states }
}

const inWords = (state: string): TableState => stateWords[state] ?? 'waiting'

const quoted = (value: string) => `'${value.replace(/['\\]/g, '\\$&')}'`

/** How the replica reaches the primary, as libpq takes it. A vanished primary is noticed within half a minute. */
export function connectionTo(primaryUrl: string, user: string, password: string): string {
  const { hostname, port, pathname, searchParams } = new URL(primaryUrl)
  const values = {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port || '5432',
    dbname: decodeURIComponent(pathname.slice(1)),
    user,
    password,
    ...(searchParams.has('sslmode') && { sslmode: searchParams.get('sslmode')! }),
    connect_timeout: '5',
    keepalives_idle: '10',
    keepalives_interval: '5',
    keepalives_count: '3',
  }
  return Object.entries(values)
    .map(([key, value]) => `${key}=${quoted(value)}`)
    .join(' ')
}

/** Its statements carry the password of the replication role: a log that shows statements must not show these. */
async function unlogged(replica: Pool, statement: string): Promise<void> {
  const session = await replica.connect()
  try {
    await session.query(`SET log_statement = 'none'`)
    await session.query('SET log_min_duration_statement = -1')
    await session.query(`SET log_min_error_statement = 'panic'`)
    await session.query(statement)
  } finally {
    // Not back into the pool, with these settings.
    session.release(true)
  }
}

/**
 * Makes it without connecting: a statement of this server alone, which a kill leaves done or not done. Slot, start and first copy are
 * steps of their own.
 */
export const createSubscription = (
  replica: Pool,
  { subscription, publication, slot }: ReplicationNames,
  connection: string,
): Promise<void> =>
  unlogged(
    replica,
    `CREATE SUBSCRIPTION ${subscription} CONNECTION ${literal(connection)} PUBLICATION ${publication}
     WITH (connect = false, slot_name = ${literal(slot)}, disable_on_error = true)`,
  )

/** Gives an existing one the address, password and options of today. @returns what was changed, in words */
export async function alterSubscription(
  replica: Pool,
  { subscription, publication, slot }: ReplicationNames,
  now: Subscription,
  connection: string,
): Promise<string[]> {
  const changed: string[] = []
  const alter = `ALTER SUBSCRIPTION ${subscription}`
  if (now.connection !== connection) {
    await unlogged(replica, `${alter} CONNECTION ${literal(connection)}`)
    changed.push('the address or password of the primary')
  }
  if (now.publications.join() !== publication) {
    await replica.query(`${alter} SET PUBLICATION ${publication} WITH (refresh = false)`)
    changed.push('the publication')
  }
  if (!now.disableOnError) {
    await replica.query(`${alter} SET (disable_on_error = true)`)
    changed.push('to stop at errors')
  }
  if (now.slot !== slot) {
    // Only a stopped one may be given another slot.
    if (now.enabled) await replica.query(`${alter} DISABLE`)
    await replica.query(`${alter} SET (slot_name = ${literal(slot)})`)
    if (now.enabled) await replica.query(`${alter} ENABLE`)
    changed.push('the slot')
  }
  return changed
}

export async function enableSubscription(replica: Pool, { subscription }: ReplicationNames): Promise<void> {
  await replica.query(`ALTER SUBSCRIPTION ${subscription} ENABLE`)
}

/** Takes up tables that the publication got, which are copied first, and lets go of those it lost. Connects to the primary. */
export async function refreshSubscription(replica: Pool, { subscription }: ReplicationNames): Promise<void> {
  await replica.query(`ALTER SUBSCRIPTION ${subscription} REFRESH PUBLICATION`)
}

/** Without asking the primary; its slot stays. */
export async function dropSubscription(replica: Pool, names: ReplicationNames): Promise<void> {
  const subscription = await readSubscription(replica, names)
  if (!subscription) return
  const alter = `ALTER SUBSCRIPTION ${names.subscription}`
  await replica.query(`${alter} DISABLE`)
  if (subscription.slot !== null) await replica.query(`${alter} SET (slot_name = NONE)`)
  await replica.query(`DROP SUBSCRIPTION ${names.subscription}`)
}

/** Which of `tables` hold rows. */
export async function filledTables(replica: Pool, tables: readonly string[]): Promise<string[]> {
  const filled: string[] = []
  for (const table of tables) {
    const { rows } = await replica.query(`SELECT EXISTS (SELECT FROM ${table}) AS yes`)
    if (rows[0].yes) filled.push(table)
  }
  return filled
}

export async function emptyTables(replica: Pool): Promise<void> {
  await replica.query(`TRUNCATE ${publishedNames.join(', ')}`)
}

const behind = sql(
  'subscription.behind',
  `SELECT greatest($2::pg_lsn - o.remote_lsn, 0) AS bytes FROM pg_subscription s
   JOIN pg_replication_origin_status o ON o.external_id = 'pg_' || s.oid
   WHERE s.subname = $1 AND s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())`,
)

/** How many bytes of the primary's log are left to take in until `position`; null when nothing was taken in yet. */
export const lag = async (
  replica: Pool,
  { subscription }: ReplicationNames,
  position: string,
): Promise<number | null> =>
  (await query<{ bytes: number }>(replica, behind, [subscription, position]))[0]?.bytes ?? null
