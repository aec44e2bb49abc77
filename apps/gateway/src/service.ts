import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Limits, readLimits } from '@marquee/contracts'
import {
  contextOf,
  createClosers,
  createLogger,
  createMetrics,
  createService,
  type HttpClient,
  httpClient,
  type Logger,
  noneMatch,
  openApiDocument,
  type Service,
} from '@marquee/service-kit'
import type { Request, RequestHandler, Response } from 'express'
import { Redis } from 'ioredis'
import { createAuthenticator } from './access/authenticate.js'
import { createCallerHeader } from './access/caller-header.js'
import { createCors } from './access/cors.js'
import { createIdentify } from './access/identify.js'
import { createRateLimit, rateLimitStore } from './access/rate-limit.js'
import { openSigningKeys } from './access/signing-keys.js'
import { type ApiDocument, createApiDocument } from './api-docs/document.js'
import type { OpenApiDocument } from './api-docs/merge-documents.js'
import { swaggerUi } from './api-docs/swagger-ui.js'
import type { GatewayConfig } from './config.js'
import { createEdge, identityOf, setIdentity } from './edge.js'
import { createForward } from './forwarding/forward.js'
import { healthOperations } from './health-operations.js'
import { getProblem, listProblems } from './problems/problem-pages.js'
import type { UpstreamName } from './routes.js'

const info = {
  title: 'Marquee API',
  version: '1.0.0',
  description: 'Titles, episodes and trends of a streaming service for dramas, series and films.',
}
const tags = {
  problems: 'The closed list of ways in which a request can be refused',
  health: 'For whoever operates the platform',
}

type Clients = Record<UpstreamName, HttpClient>

/** Down or frozen it costs precision of the limits only, so nothing here waits for it. */
function connectCache(url: string, log: Logger): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    maxRetriesPerRequest: 0,
    commandTimeout: 1000,
    connectTimeout: 1000,
    retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
  })
  redis.on('error', (err) => log.debug({ err }, 'the cache of the rate limits does not answer'))
  return redis
}

/** Everything that stands between the outside and the apps. */
function buildAccess(config: GatewayConfig, limits: Limits, redis: Redis | null, log: Logger) {
  const keys = openSigningKeys(config.JWKS_FILE, { allowDevelopmentKeys: config.NODE_ENV !== 'production' })
  const authenticator = createAuthenticator(keys, {
    issuer: config.JWT_ISSUER,
    audience: config.JWT_AUDIENCE,
    tokenBytes: limits.tokenBytes,
  })
  const store = rateLimitStore(redis, limits, log)
  const { identify, byAddress } = createIdentify({
    authenticator,
    trustedHops: config.TRUST_PROXY,
    isOverLimit: (key) => store.isOver(key),
  })
  const rateLimit = createRateLimit(store, limits, (req) => identityOf(req).rateKey)
  return { identify, byAddress, rateLimit, cors: createCors(config.CORS_ORIGINS) }
}

function describeApi(config: GatewayConfig, apps: Clients, log: Logger): ApiDocument {
  const own = openApiDocument([listProblems, getProblem, ...healthOperations], { ...info, tags })
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

  const origins: Record<UpstreamName, string> = {
    catalog: config.CATALOG_ORIGIN,
    trending: config.TRENDING_ORIGIN,
  }
  const apps = Object.fromEntries(
    Object.entries(origins).map(([name, origin]) => [
      name,
      httpClient({ name, origin, timeoutMs: 1400, connections: 2 }),
    ]),
  ) as Clients
  for (const [name, client] of Object.entries(apps))
    closers.onClose(`client of ${name}`, () => client.close())

  const access = buildAccess(config, limits, redis, log)
  const metrics = createMetrics(config.INSTANCE)
  const { forward, close } = createForward(
    origins,
    limits,
    metrics,
    createCallerHeader(config.MARQUEE_INTERNAL_KEY),
  )
  closers.onClose('forwarding', close)
  const document = describeApi(config, apps, log)

  const edge = createEdge({ ...access, forward })
  const documentRoute = createDocumentRoute(document, access.cors)
  const limitByAddress: RequestHandler = (req, res, next) => {
    setIdentity(req, access.byAddress(req))
    access.rateLimit(req, res, next)
  }
  const isUp = async (client: HttpClient): Promise<void> => {
    const { status } = await client.get('/health/live')
    if (status !== 200) throw new Error(`answered ${status}`)
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
      catalog: () => isUp(apps.catalog),
      trending: () => isUp(apps.trending),
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
