import { fileURLToPath } from 'node:url'
import { createPool, migrate } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { freshDatabase } from '@marquee/test-kit'

export const migrationsOf = (server: 'primary' | 'replica') =>
  fileURLToPath(new URL(`../../../migrations/${server}`, import.meta.url))

async function migrated(server: 'primary' | 'replica') {
  const database = await freshDatabase({ engine: server === 'primary' ? 'analytics' : 'replica' })
  const { url } = database
  await migrate({ url, dir: migrationsOf(server), direction: 'up', log: silentLogger })
  const pool = createPool({ url, name: 'test', log: silentLogger })
  const close = async () => {
    await pool.end()
    await database.drop()
  }
  return { url, pool, close }
}

/** A migrated database of the test file's own on each of the two servers; nothing flows between them yet. */
export async function twoServers() {
  const [primary, replica] = [await migrated('primary'), await migrated('replica')]
  return {
    primary,
    replica,
    async close() {
      await replica.close()
      await primary.close()
    },
  }
}
export type TwoServers = Awaited<ReturnType<typeof twoServers>>
