import { createHmac } from 'node:crypto'
import type { Secrets } from './secrets.js'

/** Roles on the analytics servers beside their owner; user-history makes them. */
export type DatabaseRole = 'federation' | 'analyst' | 'replication'

/** 32 hex digits that follow from the data folder's internal key: nothing keeps them, and every command finds the same ones. */
export const rolePassword = ({ internalKey }: Pick<Secrets, 'internalKey'>, role: DatabaseRole): string =>
  createHmac('sha256', internalKey).update(`database role ${role}`).digest('hex').slice(0, 32)

/** The same database for another role. */
export function urlAs(url: string, role: DatabaseRole, secrets: Pick<Secrets, 'internalKey'>): string {
  const own = new URL(url)
  own.username = role
  own.password = rolePassword(secrets, role)
  return own.href
}
