import { fileURLToPath } from 'node:url'
import { silentLogger } from '@marquee/service-kit'
import { freshReviewsUrl } from '@marquee/test-kit'
import { type Database, openDatabase, type Purpose, reached } from '../database-store.js'
import { migrate } from '../migrate-store.js'

export const migrationsDir = fileURLToPath(new URL('../../migrations', import.meta.url))

/** A migrated database of the test file's own. */
export async function testDatabase({ migrated = true } = {}) {
  const { url, drop } = freshReviewsUrl()
  const opened: Database[] = []
  const open = async (purpose: Purpose = 'background', at = url, timeoutMs = 5000) => {
    const database = openDatabase({ url: at, purpose, timeoutMs, log: silentLogger })
    opened.push(database)
    await reached(database, 10_000)
    return database
  }
  const database = await open()
  const run = (direction: 'up' | 'down', count?: number, through = database) =>
    migrate({ database: through, dir: migrationsDir, direction, log: silentLogger, ...(count && { count }) })
  if (migrated) await run('up')
  return {
    url,
    database,
    open,
    migrate: run,
    async close() {
      await Promise.all(opened.map((one) => one.close()))
      await drop()
    },
  }
}
