import { createClosers, createLogger, createMetrics, createService, httpClient } from '@marquee/service-kit'
import { createBackground } from './background.js'
import type { ReviewsConfig } from './config.js'
import type { Reviews } from './context.js'
import { openDatabase, type Purpose, reached } from './database-store.js'
import { createInLine } from './in-line.js'
import { isOutage } from './outage.js'
import { routes } from './routes.js'
import { createFindTitle } from './titles/find-title.js'

/** What people thought: reviews, their figures, and the events that tell them. `topicPrefix` parts tests from another. */
export function createReviews(config: ReviewsConfig, topicPrefix = '') {
  const { limits } = config
  const name = 'reviews'
  const log = createLogger(name, config.LOG_LEVEL)
  const registry = createMetrics(name).withProcessMetrics()
  const closers = createClosers(log)
  const open = (purpose: Purpose) => {
    const opened = openDatabase({
      url: config.DATABASE_URL,
      purpose,
      timeoutMs: limits.storeTimeoutMs,
      log,
    })
    closers.onClose(`database (${purpose})`, () => opened.close())
    return opened
  }

  const database = open('request')
  const catalog = httpClient({
    origins: config.CATALOG_ORIGINS,
    name: 'The catalogue',
    timeoutMs: limits.askOwnerTimeoutMs,
  })
  closers.onClose('catalog', () => catalog.close())
  const { background, idle, readiness } = createBackground(open('background'), config, {
    log,
    registry,
    closers,
    topicPrefix,
  })
  const reviews: Reviews = {
    database,
    limits,
    cursorKey: config.MARQUEE_CURSOR_KEY,
    ...createFindTitle(database, catalog),
    inLine: createInLine(limits.storeTimeoutMs),
  }
  const service = createService({
    name,
    log,
    host: config.HOST,
    port: config.PORT,
    internalKey: config.MARQUEE_INTERNAL_KEY,
    limits,
    endpoints: routes(reviews),
    // Requests are answered without Kafka, and known titles without the catalogue, so these do not decide whether we are ready.
    readiness: { database: () => database.ping(), ...readiness },
    registry,
    isOutage,
    background,
    closers,
  })
  return {
    /** Starts without its engines too: it answers 503 and is not ready until they are there. */
    async start(): Promise<{ port: number }> {
      await reached(database, 2000).catch((err: unknown) => log.warn({ err }, 'starting without MongoDB'))
      return service.listen()
    },
    stop: () => service.stop(),
    idle,
  }
}
