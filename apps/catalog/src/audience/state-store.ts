import { type Db, isOutage, query, sql } from '@marquee/postgres'

/** Which analytics server answered, and how old what it says may be: 0 on the primary, else its lag by the last heartbeat. */
export interface Answered {
  source: 'primary' | 'replica'
  ageMs: number
}

/** Asked together with the figures, in one remote transaction: a session may have come to another server since it last asked. */
export const state = `SELECT role AS source,
    CASE WHEN role = 'primary' THEN 0 ELSE greatest(0, extract(epoch FROM now() - heartbeat_at) * 1000) END::bigint AS "ageMs"
  FROM server_state`

export const statements = {
  state: sql('analytics.state', state),
}

/** A server that has not been set up wholly: it has no state, or has never heard its primary's heart. */
export class NotReady extends Error {}

/** @throws NotReady */
export function checked<T extends { source: string; ageMs: number | null }>(
  row: T | undefined,
): T & Answered {
  if (!row || row.ageMs === null) throw new NotReady('the analytics server has no state to tell')
  return row as T & Answered
}

export const readState = async (db: Db): Promise<Answered> =>
  checked((await query<Answered>(db, statements.state))[0])

// No user mapping, no such server, schema or table here or over there, not allowed over there: not federated, or not set up yet.
const unprepared = new Set(['42704', '3F000', '42P01', '42501', '28000', '28P01'])

/** The analytics servers could not be asked, which passes; anything else is a defect of ours. */
export const isUnreachable = (error: unknown): boolean =>
  error instanceof NotReady || isOutage(error) || unprepared.has(String((error as { code?: unknown }).code))
