import { fileURLToPath } from 'node:url'
import { createPool, migrate } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { freshDatabase } from '@marquee/test-kit'

export const migrationsDir = fileURLToPath(new URL('../../migrations/primary', import.meta.url))

/** A migrated, empty primary of the test file's own. */
export async function testDatabase() {
  const database = await freshDatabase({ engine: 'analytics' })
  await migrate({ url: database.url, dir: migrationsDir, direction: 'up', log: silentLogger })
  const primary = createPool({ url: database.url, name: 'user-history', log: silentLogger })
  return {
    url: database.url,
    primary,
    async close() {
      await primary.end()
      await database.drop()
    },
  }
}
