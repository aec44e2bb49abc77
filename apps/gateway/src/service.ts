import { createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Limits, readLimits } from '@marquee/contracts'
import {
  contextOf,
  createClosers,
  createDispatch,
  createLogger,
  createMetrics,
  createService,
  type Endpoint,
  type HttpClient,
  httpClient,
  type Logger,
  type Metrics,
  noneMatch,
  openApiDocument,
  type Service,
  storeClock,
} from '@marquee/service-kit'
import type { Request, RequestHandler, Response } from 'express'
import { Redis } from 'ioredis'
import { createAuthenticator } from './access/authenticate.js'
import { createCallerHeader } from './access/caller-header.js'
import { createCors } from './access/cors.js'
import { createIdentify } from './access/identify.js'
import { createCharge, createRateLimit, rateLimitStore } from './access/rate-limit.js'
import { openSigningKeys } from './access/signing-keys.js'
import { type ApiDocument, createApiDocument } from './api-docs/document.js'
import type { OpenApiDocument } from './api-docs/merge-documents.js'
import { swaggerUi } from './api-docs/swagger-ui.js'
import type { GatewayConfig } from './config.js'
import { openDownstreams } from './content-details/downstreams.js'
import { createGather } from './content-details/gather.js'
import { getContentDetails } from './content-details/get-content-details.js'
import { createLastGood, noLastGood } from './content-details/last-good-store.js'
import { countParts } from './content-details/part-metrics.js'
import { appsTimeoutMs } from './content-details/until.js'
import { createEdge, identityOf, setIdentity } from './edge.js'
import { type Fleet, watchFleet } from './fleet.js'
import { createForward } from './forwarding/forward.js'
import { healthOperations } from './health-operations.js'
import { openPlayGather } from './play/gather-play.js'
import { getPlay } from './play/get-play.js'
import { getProblem, listProblems } from './problems/problem-pages.js'
import type { UpstreamName } from './routes.js'

const info = {
  title: 'Marquee API',
  version: '1.0.0',
  description:
    'Titles and episodes of a streaming service for dramas, series and films, their reviews and trends, and what each person has ' +
    'watched and how far.',
}

type Clients = Record<UpstreamName, HttpClient>
type Closers = ReturnType<typeof createClosers>

/** Down or frozen it costs precision of the limits and last good answers, so nothing here waits for it for long. */
function connectCache(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    commandTimeout: 1000,
    connectTimeout: 1000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
  })
  redis.on('error', (err) => log.debug({ err }, 'the cache does not answer'))
  return redis
}

/** The time, as the shared cache has it: an instance whose clock is wrong must not judge tokens by it. Ms since 1970. */
function sharedTime(redis: Redis | null): () => number {
  if (!redis) return Date.now
  const clock = storeClock(async () => {
    const [seconds, micros] = await redis.time()
    return Number(seconds) * 1000 + Number(micros) / 1000
  })
  redis.on('ready', () => void clock.now().catch(() => undefined))
  return clock.guess
}

/** For what is asked in the background: health and documents. */
function openClients(fleet: Fleet, closers: Closers): Clients {
  const clients = Object.entries(fleet).map(([name, origins]) => {
    const client = httpClient({ name, origins, timeoutMs: 1400, connections: 2 })
    closers.onClose(`client of ${name}`, () => client.close())
    return [name, client]
  })
  return Object.fromEntries(clients) as Clients
}

async function isUp(client: HttpClient): Promise<void> {
  const { status } = await client.get('/health/live')
  if (status !== 200) throw new Error(`answered ${status}`)
}

/** Everything that stands between the outside and the apps. */
function buildAccess(
  config: GatewayConfig,
  { limits, redis, now, log }: { limits: Limits; redis: Redis | null; now: () => number; log: Logger },
) {
  const keys = openSigningKeys(config.JWKS_FILE, { allowDevelopmentKeys: config.NODE_ENV !== 'production' })
  const authenticator = createAuthenticator(keys, {
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
    tokenBytes: limits.tokenBytes,
    now,
  })
  const store = rateLimitStore(redis, limits, log)
  const { identify, byAddress } = createIdentify({
    authenticator,
    trustedHops: config.TRUST_PROXY,
    isOverLimit: (key) => store.isOver(key),
  })
  const rateLimit = createRateLimit(store, limits, (req) => identityOf(req).rateKey)
  const charge = createCharge(store)
  return { identify, byAddress, rateLimit, charge, cors: createCors(config.CORS_ORIGINS) }
}

interface ComposedNeeds {
  fleet: Fleet
  limits: Limits
  redis: Redis | null
  now: () => number
  metrics: Metrics
  playbackKey: string
}

/** Answers that the gateway makes of several apps' own. */
function buildComposed({ fleet, limits, redis, now, metrics, playbackKey }: ComposedNeeds) {
  const downstreams = openDownstreams(fleet, limits, appsTimeoutMs(limits))
  const lastGood = redis ? createLastGood(redis, { now }) : noLastGood
  const gather = createGather({ downstreams, lastGood, limits })
  const count = countParts(metrics)
  const play = openPlayGather(fleet, limits)
  return {
    endpoints: [
      getContentDetails({ gather, count, limits }),
      getPlay({ gather: play.gather, count, limits, key: playbackKey, now }),
    ],
    close: async () => void (await Promise.all([downstreams.close(), play.close()])),
  }
}

/** Whoever has it can neither sign callers nor find out the key that it is made of. */
const playbackKeyOf = ({ MARQUEE_PLAYBACK_KEY, MARQUEE_INTERNAL_KEY }: GatewayConfig): string =>
  MARQUEE_PLAYBACK_KEY ?? createHmac('sha256', MARQUEE_INTERNAL_KEY).update('playback urls').digest('hex')

function describeApi(config: GatewayConfig, apps: Clients, composed: Endpoint[], log: Logger): ApiDocument {
  const own = openApiDocument([...composed, listProblems, getProblem, ...healthOperations], info)
  const servers = [{ url: '/' }, ...(config.PUBLIC_ORIGIN ? [{ url: config.PUBLIC_ORIGIN }] : [])]
  return createApiDocument({ apps, own: own as OpenApiDocument, info, servers, log })
}

/** GET and HEAD /openapi.json. False when something else was asked. */
const createDocumentRoute =
  (document: ApiDocument, cors: RequestHandler) =>
  (req: IncomingMessage, res: ServerResponse): boolean => {
    if (req.url !== '/openapi.json' || (req.method !== 'GET' && req.method !== 'HEAD')) return false
    contextOf(req).route = '/openapi.json'
    const { bytes, etag } = document.current()
    const own = { etag, 'cache-control': 'public, max-age=30', 'x-request-id': contextOf(req).requestId }
    cors(req as Request, res as Response, () => {
      if (noneMatch(req.headers['if-none-match'] ?? '', etag)) return void res.writeHead(304, own).end()
      res.writeHead(200, { ...own, 'content-type': 'application/json', 'content-length': bytes.length })
      res.end(req.method === 'HEAD' ? undefined : bytes)
    })
    return true
  }

/** The gateway: `{ app, listen, stop }`. Nothing is open before `listen`, but the clients of what it depends on. */
export function createGateway(config: GatewayConfig, env: NodeJS.ProcessEnv): Service {
  const log = createLogger(config.INSTANCE, config.LOG_LEVEL)
  const limits = readLimits(env)
  const closers = createClosers(log)
  const redis = config.CACHE_URL ? connectCache(config.CACHE_URL, log) : null
  if (redis) closers.onClose('cache', () => redis.disconnect())
  const now = sharedTime(redis)

  const fleet = watchFleet(config, closers, log)
  const apps = openClients(fleet, closers)
  const access = buildAccess(config, { limits, redis, now, log })
  const metrics = createMetrics(config.INSTANCE)
  const callerHeader = createCallerHeader(config.MARQUEE_INTERNAL_KEY)
  const { forward, close } = createForward(fleet, limits, metrics, callerHeader)
  closers.onClose('forwarding', close)
  const composed = buildComposed({ fleet, limits, redis, now, metrics, playbackKey: playbackKeyOf(config) })
  closers.onClose('composed answers', composed.close)
  const document = describeApi(config, apps, composed.endpoints, log)

  const compose = createDispatch({ endpoints: composed.endpoints, limits, log, isOutage: () => false })
  const edge = createEdge({ ...access, limits, forward, compose, callerHeader })
  const documentRoute = createDocumentRoute(document, access.cors)
  const limitByAddress: RequestHandler = (req, res, next) => {
    setIdentity(req, access.byAddress(req))
    access.rateLimit(req, res, next)
  }

  const service = createService({
    name: config.INSTANCE,
    log,
    host: config.HOST,
    port: config.PORT,
    internalKey: config.MARQUEE_INTERNAL_KEY,
    limits,
    registry: metrics.registry,
    endpoints: [listProblems, getProblem],
    closers,
    readiness: {
      ...Object.fromEntries(Object.entries(apps).map(([name, client]) => [name, () => isUp(client)])),
      // Ready means that /api-docs describes everything.
      'api document': async () => void document.current(),
    },
    background: [{ name: 'api document', start: () => document.start(), stop: () => document.stop() }],
    first: (req, res) => {
      // Nothing here is ever to be taken for another type than it says.
      res.setHeader('x-content-type-options', 'nosniff')
      return edge(req, res) || documentRoute(req, res)
    },
    before: [access.cors, limitByAddress],
  })
  service.app.use('/api-docs', swaggerUi(config.DEV_TOKENS_FILE))
  return service
}
