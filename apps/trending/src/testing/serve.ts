import { randomUUID } from 'node:crypto'
import { defaultLimits, type Limits } from '@marquee/contracts'
import { signViewer, viewerHeader } from '@marquee/service-kit'
import { responseChecker, testEngines } from '@marquee/test-kit'
import { createTrending } from '../service.js'
import { testCounters } from './counters.js'
import { stubCatalog } from './stub-catalog.js'

const internalKey = 'a1'.repeat(32)

export interface Ask {
  method?: 'GET' | 'POST'
  sub?: string
  address?: string
  headers?: Record<string, string>
  body?: unknown
}

/** The whole app, any number of instances on keys and topics of their own, before a stub of the catalogue. Answers are checked. */
export async function serveTrending(
  options: { limits?: Partial<Limits>; countersUrl?: string; kafka?: string[] } = {},
) {
  const counters = testCounters()
  const catalog = await stubCatalog()
  const topicPrefix = `t-${randomUUID()}.`
  const running: { stop(): Promise<void> }[] = []

  async function start(instance = 'trending', countersUrl = options.countersUrl ?? counters.url) {
    const trending = createTrending(
      {
        HOST: '127.0.0.1',
        PORT: 0,
        NODE_ENV: 'test',
        LOG_LEVEL: 'silent',
        MARQUEE_INTERNAL_KEY: internalKey,
        MARQUEE_CURSOR_KEY: 'b2'.repeat(32),
        INSTANCE: instance,
        COUNTERS_URL: countersUrl,
        CATALOG_ORIGINS: [catalog.origin],
        kafkaBrokers: options.kafka ?? testEngines().kafka,
        limits: { ...defaultLimits, ...options.limits },
      },
      { root: counters.root, topicPrefix },
    )
    running.push(trending)
    const { port } = await trending.start()
    const origin = `http://127.0.0.1:${port}`
    const check = responseChecker((await (await fetch(`${origin}/openapi.json`)).json()) as object)
    async function send(path: string, ask: Ask = {}) {
      const method = ask.method ?? 'GET'
      const viewer = ask.sub === undefined ? null : { sub: ask.sub, roles: [], scopes: [] }
      const answer = await fetch(origin + path, {
        method,
        headers: {
          [viewerHeader]: signViewer(internalKey, { viewer, address: ask.address ?? '192.0.2.1' }),
          ...(ask.body !== undefined && { 'content-type': 'application/json' }),
          ...ask.headers,
        },
        ...(ask.body !== undefined && { body: JSON.stringify(ask.body) }),
      })
      const text = await answer.text()
      const json = text === '' ? undefined : JSON.parse(text)
      check(method, path, {
        status: answer.status,
        contentType: answer.headers.get('content-type') ?? undefined,
        json,
      })
      return { status: answer.status, headers: answer.headers, json, text }
    }
    const view = (ref: string, ask: Ask & { key?: string } = {}) =>
      send(`/api/v1/content/${ref}/views/increment`, {
        ...ask,
        method: 'POST',
        headers: { ...(ask.key && { 'idempotency-key': ask.key }), ...ask.headers },
      })
    return { ...trending, origin, send, view }
  }
  return {
    counters,
    catalog,
    topicPrefix,
    start,
    async close() {
      await Promise.all(running.map(({ stop }) => stop()))
      catalog.close()
      await counters.close()
    },
  }
}
