import { isOutage } from '@marquee/postgres'
import {
  createClosers,
  createLogger,
  createMetrics,
  createService,
  httpClient,
  storeClock,
} from '@marquee/service-kit'
import { createBackground } from './background.js'
import type { UserHistoryConfig } from './config.js'
import type { UserHistory } from './context.js'
import { openDatabases } from './databases.js'
import { ping } from './ping-store.js'
import { routes } from './routes.js'
import { databaseTime } from './time-store.js'

/** Who watched what: everything that this app is made of, in the order in which it opens. `topicPrefix` parts tests from another. */
export function createUserHistory(config: UserHistoryConfig, topicPrefix?: string) {
  const { limits } = config
  const name = 'user-history'
  const log = createLogger(name, config.LOG_LEVEL)
  const metrics = createMetrics(name)
  const registry = metrics.withProcessMetrics()
  const closers = createClosers(log)

  const { DATABASE_URL, REPLICA_URL } = config
  const databases = openDatabases({ DATABASE_URL, REPLICA_URL, queryTimeoutMs: limits.storeTimeoutMs, log })
  closers.onClose('databases', () => databases.close())
  const catalog = httpClient({
    origins: config.CATALOG_ORIGINS,
    name: 'The catalogue',
    timeoutMs: limits.askOwnerTimeoutMs,
  })
  closers.onClose('catalog', () => catalog.close())

  const { primary, replica } = databases
  const userHistory: UserHistory = {
    primary,
    replica,
    catalog,
    limits,
    cursorKey: config.MARQUEE_CURSOR_KEY,
    clock: storeClock(() => databaseTime(primary)),
  }
  const { background, idle, readiness } = createBackground(userHistory, config, {
    log,
    metrics,
    registry,
    closers,
    topicPrefix,
  })
  const service = createService({
    name,
    log,
    host: config.HOST,
    port: config.PORT,
    internalKey: config.MARQUEE_INTERNAL_KEY,
    limits,
    endpoints: routes(userHistory),
    // Reports of known episodes are kept without Kafka, the catalogue and the replica, so these do not decide whether we are ready.
    readiness: { database: () => ping(primary), ...readiness },
    registry,
    isOutage,
    background,
    closers,
  })
  return { start: () => service.listen(), stop: () => service.stop(), idle }
}
