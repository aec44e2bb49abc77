import { type Pool, query, sql } from '@marquee/postgres'
import type { ReplicationNames } from './names.js'

export interface Slot {
  active: boolean
  /** The process that sends, null while nobody takes. */
  pid: number | null
  /** Made for this database and for logical replication by pgoutput. */
  ours: boolean
  /** reserved and extended are well; unreserved is near its limit; lost can never be followed again. */
  walStatus: 'reserved' | 'extended' | 'unreserved' | 'lost' | null
  /** Bytes of the log kept for it, and bytes not yet confirmed by the replica. */
  retainedBytes: number | null
  behindBytes: number | null
}

const read = sql(
  'slot.read',
  `SELECT active, active_pid AS pid, (plugin = 'pgoutput' AND database = current_database()) AS ours, wal_status AS "walStatus",
     pg_current_wal_lsn() - restart_lsn AS "retainedBytes", greatest(pg_current_wal_lsn() - confirmed_flush_lsn, 0) AS "behindBytes"
   FROM pg_replication_slots WHERE slot_name = $1`,
)
const make = sql('slot.make', `SELECT pg_create_logical_replication_slot($1, 'pgoutput')`)
const drop = sql('slot.drop', 'SELECT pg_drop_replication_slot($1)')
const end = sql('slot.end', 'SELECT pg_terminate_backend($1, 5000)')

/** Null where there is none. */
export const readSlot = async (primary: Pool, { slot }: ReplicationNames): Promise<Slot | null> =>
  (await query<Slot>(primary, read, [slot]))[0] ?? null

/** Waits for every transaction that writes at the moment to end. */
export async function makeSlot(primary: Pool, { slot }: ReplicationNames): Promise<void> {
  await query(primary, make, [slot])
}

/** Ends the connection of who holds it first: a frozen replica keeps it for a while. Without a slot nothing happens. */
export async function dropSlot(primary: Pool, names: ReplicationNames): Promise<void> {
  const slot = await readSlot(primary, names)
  if (!slot) return
  if (slot.pid !== null) await query(primary, end, [slot.pid])
  await query(primary, drop, [names.slot])
}
