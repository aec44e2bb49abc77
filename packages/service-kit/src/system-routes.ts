import type { IncomingMessage } from 'node:http'
import type { Registry } from 'prom-client'
import { ApiError } from './api-error.js'
import { lookHeader } from './instances.js'
import type { Logger } from './logger.js'
import { json, type Reply } from './reply.js'
import { singleFlight } from './single-flight.js'

export type Readiness = Record<string, () => Promise<void>>

export interface SystemOptions {
  readiness: Readiness
  registry: Registry
  log: Logger
  openApi(): object | Promise<object>
  stopping(): boolean
  /** Called when somebody asks in order to turn away from an instance that stops. */
  asked(): void
}

export type SystemRoute = (req: IncomingMessage) => Reply | Promise<Reply>

const noStore = { 'cache-control': 'no-store' }

/** What every app answers beside its API. */
export function systemRoutes(options: SystemOptions): Record<string, SystemRoute> {
  const ready = singleFlight(() => readiness(options))
  return {
    '/health/live': (req) => {
      if (req.headers[lookHeader] !== undefined) options.asked()
      return json(200, { status: 'live' }, noStore)
    },
    '/health/ready': () => {
      options.asked()
      return ready('all')
    },
    '/metrics': async (req) => {
      refuseOutsiders(req)
      const body = await options.registry.metrics()
      return { status: 200, headers: { 'content-type': options.registry.contentType, ...noStore }, body }
    },
    '/openapi.json': async () =>
      json(200, await options.openApi(), { 'cache-control': 'public, max-age=30' }),
  }
}

const dependencyMs = 1500

async function readiness({ readiness: checks, stopping, log }: SystemOptions): Promise<Reply> {
  if (stopping())
    return json(503, { status: 'stopping', dependencies: {} }, { ...noStore, 'retry-after': '1' })
  const dependencies = Object.fromEntries(
    await Promise.all(
      Object.entries(checks).map(async ([name, check]) => [name, await probe(name, check, log)]),
    ),
  ) as Record<string, { state: string }>
  const ready = Object.values(dependencies).every(({ state }) => state === 'up')
  return json(
    ready ? 200 : 503,
    { status: ready ? 'ready' : 'not_ready', dependencies },
    ready ? noStore : { ...noStore, 'retry-after': '1' },
  )
}

async function probe(name: string, check: () => Promise<void>, log: Logger) {
  const startedAt = performance.now()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${dependencyMs} ms`)), dependencyMs)
  })
  try {
    await Promise.race([check(), late])
    return { state: 'up', ms: Math.round(performance.now() - startedAt) }
  } catch (err) {
    log.warn({ err, dependency: name }, 'dependency is not ready')
    return { state: 'down', ms: Math.round(performance.now() - startedAt) }
  } finally {
    clearTimeout(timer)
  }
}

const loopback = /^(?:::ffff:)?127\.|^::1$/

/** A proxy on this machine is a loopback peer too; it shows itself by its headers. */
function refuseOutsiders(req: IncomingMessage): void {
  const forwarded = req.headers['x-forwarded-for'] ?? req.headers.forwarded ?? req.headers.via
  if (forwarded !== undefined || !loopback.test(req.socket.remoteAddress ?? ''))
    throw new ApiError('forbidden', 'Metrics are for this machine only.')
}
