import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { Limits } from '@marquee/contracts'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import type { Registry } from 'prom-client'
import { admit } from './admit.js'
import { createAlignedServer } from './aligned-server.js'
import { ApiError } from './api-error.js'
import { beginContext, pathOf } from './context.js'
import { createDispatch, createSystemDispatch, fail } from './dispatch.js'
import type { Endpoint } from './endpoint.js'
import { createLifecycle, type LifecycleOptions } from './lifecycle.js'
import { addProcessMetrics, createMetrics } from './metrics.js'
import { answerNodeRefusals } from './node-refusals.js'
import { createObserver } from './observe.js'
import { openApiDocument } from './openapi.js'
import { createRequestMetrics } from './request-metrics.js'
import { methodNotAllowed } from './route-table.js'
import { type Readiness, systemRoutes } from './system-routes.js'
import { viewerReader } from './viewer.js'

export interface ServiceOptions extends LifecycleOptions {
  version?: string
  /** Key of the viewer header (`MARQUEE_INTERNAL_KEY`). */
  internalKey: string
  limits: Limits
  endpoints: Endpoint[]
  /** Resolves when the dependency answers; each has 1.5 s. */
  readiness: Readiness
  /** The app's own; a new one is made when it is left out. */
  registry?: Registry
  /** Says that an error is a store's outage (503), not our defect (500). Network errors are known already. */
  isOutage?(error: unknown): boolean
  /** Sees every request before all routes; true when it answers it (the gateway's forwarding, which reads no body). */
  first?(req: IncomingMessage, res: ServerResponse): boolean
  /** Run before the endpoints, in order (the gateway's CORS, limits, token). What is `app.use`d later runs after them. */
  before?: RequestHandler[]
  /** Answers /openapi.json instead of the document of the endpoints (the gateway's merged one). */
  openApi?(): object | Promise<object>
}

export interface Service {
  /** `app.use` before `listen()` adds routes behind the endpoints; 404 and the error handler come last by themselves. */
  app: Express
  registry: Registry
  server: Server
  listen(): Promise<{ port: number }>
  /** Stop accepting, finish what is in flight, stop the background, close. At most 10 s, then hard. */
  stop(): Promise<void>
}

export function createService(options: ServiceOptions): Service {
  const { limits, log } = options
  const registry = options.registry ?? createMetrics(options.name).registry
  const isOutage = options.isOutage ?? (() => false)
  addProcessMetrics(registry)
  const observe = createObserver(log, createRequestMetrics(registry))
  const readCaller = viewerReader(options.internalKey)
  const app = createApp()
  const lifecycle = createLifecycle(options, () => {
    app.use(notFound)
    app.use(failed(isOutage))
    return server
  })
  const openApi = options.openApi ?? (() => openApiDocument(options.endpoints, documentInfo(options)))
  const routes = systemRoutes({
    ...options,
    registry,
    openApi,
    stopping: lifecycle.stopping,
    asked: lifecycle.asked,
  })
  const dispatchers = [createSystemDispatch(routes, isOutage)]
  if (options.first) dispatchers.unshift(options.first)
  const dispatch = createDispatch({ endpoints: options.endpoints, limits, log, isOutage })
  // Endpoints need nothing of Express, so they are answered before it, unless middleware has to see the request first.
  if (options.before)
    app.use(...options.before, (req, res, next) => (dispatch(req, res) ? undefined : next()))
  else dispatchers.push(dispatch)

  function closed(this: ServerResponse) {
    observe(this)
  }
  const onRequest = (req: IncomingMessage, res: ServerResponse) => {
    beginContext(req, readCaller)
    lifecycle.begin(res)
    res.on('close', closed)
    try {
      admit(req)
      for (const answers of dispatchers) if (answers(req, res)) return
      app(req, res)
    } catch (error) {
      fail(req, res, error, isOutage)
    }
  }
  const server = createAlignedServer(app, serverOptions(limits), onRequest)
  // Without a listener Node would answer these by itself, and not with a problem.
  server.on('checkExpectation', onRequest)
  answerNodeRefusals(server, log)
  return { app, registry, server, listen: lifecycle.listen, stop: lifecycle.stop }
}

function createApp(): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag').enable('case sensitive routing').enable('strict routing')
  app.set('query parser', false)
  return app
}

/** Node asks for its own slack: the header timeout must end before the request's, both are checked once a second. */
const serverOptions = (limits: Limits) => ({
  maxHeaderSize: limits.headerBytes,
  headersTimeout: limits.bodyTimeoutMs,
  requestTimeout: limits.bodyTimeoutMs * 2,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 65_000,
  // `admit` answers it, as a problem.
  requireHostHeader: false,
})

const notFound: RequestHandler = (req) => {
  if (req.method === 'TRACE') throw methodNotAllowed('TRACE', 'GET, HEAD, OPTIONS')
  throw new ApiError('route_not_found', `There is nothing at ${pathOf(req).slice(0, 200)}.`)
}

/** Four parameters are how Express knows an error handler. */
const failed =
  (isOutage: (error: unknown) => boolean): ErrorRequestHandler =>
  (error, req, res, _next) =>
    fail(req, res, error?.status === 400 ? unreadable(error) : error, isOutage)

/** What Express itself cannot read, e.g. bad percent-encoding in a path of `app.get`. */
const unreadable = (cause: unknown) =>
  new ApiError('bad_request', 'The request could not be read.', { cause })

const documentInfo = ({ name, version }: ServiceOptions) => ({
  title: `Marquee ${name}`,
  version: version ?? '1.0.0',
})
