import { createPool, type Log, type Pool } from '@marquee/postgres'

/** Two servers, two names: what is written and one's own state live on the primary; the replica lags, and is only read. */
export interface Databases {
  primary: Pool
  replica: Pool
}

export interface DatabaseOptions {
  DATABASE_URL: string
  REPLICA_URL: string
  queryTimeoutMs: number
  log: Log
}

/** Neither needs to answer yet. */
export function openDatabases(options: DatabaseOptions): Databases & { close(): Promise<void> } {
  const { DATABASE_URL, REPLICA_URL, queryTimeoutMs, log } = options
  const primary = createPool({ url: DATABASE_URL, name: 'user-history', queryTimeoutMs, log })
  const replica = createPool({ url: REPLICA_URL, name: 'user-history', max: 4, queryTimeoutMs, log })
  return {
    primary,
    replica,
    async close() {
      await Promise.all([primary.end(), replica.end()])
    },
  }
}
