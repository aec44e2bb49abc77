import { randomUUID } from 'node:crypto'
import { defaultLimits, type Limits, type Review, world } from '@marquee/contracts'
import { signViewer, viewerHeader } from '@marquee/service-kit'
import { responseChecker } from '@marquee/test-kit'
import { createReviews } from '../service.js'
import { stubCatalog } from './stub-catalog.js'
import { testDatabase } from './test-database.js'

const internalKey = 'a1'.repeat(32)
/** Nothing listens there: requests are answered without Kafka. */
const noKafka = ['127.0.0.1:9']

export interface Ask {
  method?: string
  /** Subject of the token; nobody is signed in without. */
  as?: string
  roles?: string[]
  headers?: Record<string, string>
  body?: unknown
}
export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by path; their shape is checked against the document
  json: any
  text: string
}
export type App = Awaited<ReturnType<Awaited<ReturnType<typeof serveReviews>>['start']>>

/** The whole app, any number of instances on a database and topics of their own, before a stub of the catalogue. Answers are checked. */
export async function serveReviews(options: { limits?: Partial<Limits>; kafka?: string[] } = {}) {
  const test = await testDatabase()
  const catalog = await stubCatalog()
  const topicPrefix = `t-${randomUUID()}.`
  const running: { stop(): Promise<void> }[] = []

  async function start(instance = 'reviews', url = test.url, kafka = options.kafka ?? noKafka) {
    const config = {
      HOST: '127.0.0.1',
      PORT: 0,
      NODE_ENV: 'test' as const,
      LOG_LEVEL: 'silent' as const,
      MARQUEE_INTERNAL_KEY: internalKey,
      MARQUEE_CURSOR_KEY: 'b2'.repeat(32),
      INSTANCE: instance,
      DATABASE_URL: url,
      KAFKA_BROKERS: kafka,
      CATALOG_ORIGINS: [catalog.origin],
      limits: { ...defaultLimits, ...options.limits },
    }
    const reviews = createReviews(config, topicPrefix)
    running.push(reviews)
    const { port } = await reviews.start()
    const origin = `http://127.0.0.1:${port}`
    return { ...reviews, origin, ...(await client(origin)) }
  }
  return {
    test,
    catalog,
    topicPrefix,
    start,
    async close() {
      await Promise.all(running.map(({ stop }) => stop()))
      catalog.close()
      await test.close()
    },
  }
}

/** Every answer is held against the app's own OpenAPI document. */
async function client(origin: string) {
  const check = responseChecker((await (await fetch(`${origin}/openapi.json`)).json()) as object)
  async function send(
    path: string,
    { method = 'GET', as, roles = [], headers, body }: Ask = {},
  ): Promise<Answer> {
    const viewer = as === undefined ? null : { sub: as, roles, scopes: [] }
    const answer = await fetch(origin + path, {
      method,
      headers: {
        [viewerHeader]: signViewer(internalKey, { viewer, address: '192.0.2.1' }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const json = text === '' ? undefined : JSON.parse(text)
    const contentType = answer.headers.get('content-type') ?? undefined
    check(method, path, { status: answer.status, contentType, json })
    return { status: answer.status, headers: answer.headers, json, text }
  }
  const post = (title: string, as: string, body: object = {}, headers: Record<string, string> = {}) =>
    send(`${titlePath(title)}/reviews`, { method: 'POST', as, headers, body: { ...words, ...body } })
  const list = (title: string, query = '', ask: Ask = {}) => send(`${titlePath(title)}/reviews${query}`, ask)
  /** A change of one review, based on `version`. */
  const change = (review: Review, suffix: string, ask: Ask, version: number | null = review.version) =>
    send(`${titlePath(review.contentId)}/reviews/${review.id}${suffix}`, {
      ...ask,
      headers: { ...(version !== null && { 'if-match': `"${version}"` }), ...ask.headers },
    })
  return { send, post, list, change }
}

const titlePath = (ref: string) => `/api/v1/content/${ref}`
const words = { rating: 8, text: 'Worth the time.' }

export const { winterTide, paperLanterns, jadeCourt, lastFerry, mangoSeason } = world.contents
export const aPerson = (): string => randomUUID()
export const asEditor = { as: world.viewers.editor.sub, roles: ['editor'] }
export const asAdmin = { as: world.viewers.admin.sub, roles: ['admin'] }
