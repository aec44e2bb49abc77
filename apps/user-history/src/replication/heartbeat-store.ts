import { type Db, type Pool, query, sql, transaction } from '@marquee/postgres'

const beat = sql(
  'heartbeat.write',
  `INSERT INTO replication_heartbeat AS h (id, at) VALUES (1, clock_timestamp())
   ON CONFLICT (id) DO UPDATE SET at = greatest(h.at, excluded.at)`,
)
const age = sql(
  'heartbeat.age',
  'SELECT extract(epoch FROM clock_timestamp() - heartbeat_at)::float8 AS seconds FROM server_state',
)
const read = sql('heartbeat.read', 'SELECT heartbeat_at AS at FROM server_state')
const position = sql('heartbeat.position', 'SELECT pg_current_wal_insert_lsn()::text AS position')

/** Only ever forward, also when two write or a clock is put back. */
export async function writeHeartbeat(primary: Db): Promise<void> {
  await query(primary, beat)
}

/** Seconds since the heartbeat that this server has; null before the first. */
export const heartbeatAge = async (server: Db): Promise<number | null> =>
  (await query<{ seconds: number | null }>(server, age))[0]?.seconds ?? null

export const readHeartbeat = async (server: Db): Promise<Date | null> =>
  (await query<{ at: Date | null }>(server, read))[0]?.at ?? null

/**
 * A place in the primary's log (0/1FBB658) after everything committed so far, and before the commit of a published change: once the
 * replica has taken in a transaction that ends there or later, it has all of it.
 */
export const markPosition = (primary: Pool): Promise<string> =>
  transaction(primary, async (tx) => {
    // Only what is on the disk is sent.
    await tx.query('SET LOCAL synchronous_commit = on')
    await writeHeartbeat(tx)
    return (await query<{ position: string }>(tx, position))[0]!.position
  })
