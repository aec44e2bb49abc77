import { type Pool, transaction } from '@marquee/postgres'
import { Command } from 'commander'
import { setForeignServers } from './foreign-server-store.js'
import { serverOptions } from './server-options.js'

export interface FederateConnections {
  pool: Pool
  /** URLs of the analytics servers in the order of preference; undefined where there is none. */
  analytics: (string | undefined)[]
  close(): Promise<void>
}

/** Points the foreign servers at these; none: they stay as they are. @returns whether it was written */
export async function federate(pool: Pool, analytics: (string | undefined)[]): Promise<boolean> {
  const urls = analytics.filter((url) => url !== undefined)
  if (urls.length === 0) return false
  const options = serverOptions(urls)
  await transaction(pool, (tx) => setForeignServers(tx, options))
  return true
}

/** `federate`: where the analytics servers are. They need not be up for it. */
export const federateCommand = (connect: () => Promise<FederateConnections>): Command =>
  new Command('federate')
    .description('point the foreign tables at ANALYTICS_URL and REPLICA_URL; again is harmless')
    .action(async () => {
      const { pool, analytics, close } = await connect()
      try {
        const done = await federate(pool, analytics)
        console.log(
          done ? 'federated' : 'no ANALYTICS_URL and no REPLICA_URL: the foreign tables stay as they are',
        )
      } finally {
        await close()
      }
    })
