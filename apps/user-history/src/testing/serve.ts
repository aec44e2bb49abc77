import { randomUUID } from 'node:crypto'
import { type CreateProgress, defaultLimits, type Limits } from '@marquee/contracts'
import { signViewer, viewerHeader } from '@marquee/service-kit'
import { responseChecker } from '@marquee/test-kit'
import { monthsAhead } from '../partitions/months.js'
import { makeMonths, monthlyTableNames } from '../partitions/partitions-store.js'
import { createUserHistory } from '../service.js'
import { stubCatalog } from './stub-catalog.js'
import { testDatabase } from './test-database.js'

const internalKey = 'a1'.repeat(32)
/** Where nothing listens. */
export const nowhere = { database: 'postgres://x@127.0.0.1:1/x', kafka: ['127.0.0.1:1'] }

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Subject of the token; null for an anonymous request. */
  sub?: string | null
  roles?: string[]
  headers?: Record<string, string>
  body?: unknown
}

export interface ServeOptions {
  limits?: Partial<Limits>
  kafka?: string[]
}

/**
 * The whole app, any number of instances on a database (and topics) of their own, before a stub of the catalogue. Kafka and the replica
 * are down unless told. Answers are checked against the OpenAPI document.
 */
export async function serveUserHistory(options: ServeOptions = {}) {
  const database = await testDatabase()
  // Made before the job of the app would: plays that it moves are out of sight for an instant.
  const months = monthsAhead(new Date(), 3)
  for (const table of monthlyTableNames) await makeMonths(database.primary, table, months)
  const catalog = await stubCatalog()
  const topicPrefix = `t-${randomUUID()}.`
  const running: { stop(): Promise<void> }[] = []

  async function start(instance = 'user-history', urls: { database?: string; catalog?: string } = {}) {
    const userHistory = createUserHistory(
      {
        HOST: '127.0.0.1',
        PORT: 0,
        NODE_ENV: 'test',
        LOG_LEVEL: 'silent',
        MARQUEE_INTERNAL_KEY: internalKey,
        MARQUEE_CURSOR_KEY: 'b2'.repeat(32),
        INSTANCE: instance,
        DATABASE_URL: urls.database ?? database.url,
        REPLICA_URL: nowhere.database,
        CATALOG_ORIGINS: [urls.catalog ?? catalog.origin],
        KAFKA_BROKERS: options.kafka ?? nowhere.kafka,
        limits: { ...defaultLimits, ...options.limits },
      },
      topicPrefix,
    )
    running.push(userHistory)
    const { port } = await userHistory.start()
    const origin = `http://127.0.0.1:${port}`
    const check = responseChecker((await (await fetch(`${origin}/openapi.json`)).json()) as object)
    async function send(path: string, { method = 'GET', sub = null, roles = [], headers, body }: Ask = {}) {
      const viewer = sub === null ? null : { sub, roles, scopes: [] }
      const answer = await fetch(origin + path, {
        method,
        headers: {
          [viewerHeader]: signViewer(internalKey, { viewer, address: '192.0.2.1' }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      const json = text === '' ? undefined : JSON.parse(text)
      const contentType = answer.headers.get('content-type') ?? undefined
      check(method, path, { status: answer.status, contentType, json })
      return { status: answer.status, headers: answer.headers, json }
    }
    const report = (sub: string, body: Partial<CreateProgress>) =>
      send('/api/v1/progress', { method: 'POST', sub, body })
    return { ...userHistory, origin, send, report }
  }
  return {
    database,
    primary: database.primary,
    catalog,
    topicPrefix,
    start,
    async close() {
      await Promise.all(running.map(({ stop }) => stop()))
      catalog.close()
      await database.close()
    },
  }
}
