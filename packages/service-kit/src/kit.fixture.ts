import { connect } from 'node:net'
import { defaultLimits } from '@marquee/contracts'
import type { Express } from 'express'
import { pino } from 'pino'
import { Client } from 'undici'
import { z } from 'zod'
import { ApiError } from './api-error.js'
import { type Endpoint, endpoint } from './endpoint.js'
import { json } from './reply.js'
import { createService, type ServiceOptions } from './service.js'

export const internalKey = 'a'.repeat(64)
const ok = { 200: { description: 'ok', schema: z.object({ ok: z.boolean() }) } }
const about = {
  summary: 'Fixture',
  description: 'Fixture',
  tag: 'fixture',
  access: 'public' as const,
  responses: ok,
}

/** One small API that shows every promise. */
export const fixtureEndpoints: Endpoint[] = [
  endpoint({
    ...about,
    method: 'GET',
    path: '/things/{id}',
    operationId: 'getThing',
    params: z.object({ id: z.string().max(50) }),
    query: z.object({
      limit: z.coerce.number().int().max(100).optional(),
      tag: z.array(z.string()).optional(),
    }),
    headers: z.object({ 'idempotency-key': z.string().max(20).optional() }),
    handle: ({ params, query, headers, viewer, address, requestId, traceparent }) =>
      json(
        200,
        { params, query, headers, viewer, address, requestId, traceparent },
        { etag: '"1.thing"', 'cache-control': 'public, max-age=30' },
      ),
  }),
  endpoint({
    ...about,
    method: 'GET',
    path: '/things/count',
    operationId: 'countThings',
    handle: () => json(200, { count: 1 }),
  }),
  endpoint({
    ...about,
    method: 'POST',
    path: '/things',
    operationId: 'postThing',
    body: z.object({
      name: z.string().min(1).max(200),
      n: z.number().optional(),
      inner: z.object({ a: z.string() }).optional(),
    }),
    handle: async ({ body }) => json(200, body),
  }),
  endpoint({
    ...about,
    method: 'PATCH',
    path: '/things/{id}',
    operationId: 'patchThing',
    params: z.object({ id: z.string() }),
    body: z.object({ name: z.string() }).partial(),
    bodyType: 'application/merge-patch+json',
    handle: ({ body }) => json(200, body),
  }),
  endpoint({
    ...about,
    method: 'POST',
    path: '/optional',
    operationId: 'postOptional',
    body: z.record(z.string(), z.unknown()).optional(),
    handle: ({ body }) => json(200, { body: body ?? null }),
  }),
  endpoint({
    ...about,
    method: 'GET',
    path: '/broken',
    operationId: 'broken',
    handle: () => Promise.reject(new Error('secret inside')),
  }),
  endpoint({
    ...about,
    method: 'GET',
    path: '/thrown',
    operationId: 'thrown',
    handle: () => {
      throw new TypeError('secret inside')
    },
  }),
  endpoint({
    ...about,
    method: 'GET',
    path: '/outage',
    operationId: 'outage',
    handle: () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })),
  }),
  endpoint({
    ...about,
    method: 'GET',
    path: '/refused',
    operationId: 'refused',
    handle: () => {
      throw new ApiError('rate_limited', 'Slower.', { retryAfterSeconds: 7 })
    },
  }),
  ...(['viewer', 'editor', 'data', 'admin'] as const).map((access) =>
    endpoint({
      ...about,
      access,
      method: 'GET',
      path: `/for/${access}`,
      operationId: `for_${access}`,
      handle: ({ viewer }) => json(200, viewer),
    }),
  ),
]

export type LogLine = Record<string, unknown> & { msg?: string; status?: number }

/** The service on a free port, with its log lines in memory. Stop it with `service.stop()`. */
export async function startKit(options: Partial<ServiceOptions> = {}, mount?: (app: Express) => void) {
  const lines: LogLine[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const service = createService({
    name: 'fixture',
    log,
    host: '127.0.0.1',
    port: 0,
    internalKey,
    limits: { ...defaultLimits, bodyTimeoutMs: 400, bodyBytes: 10_000 },
    endpoints: fixtureEndpoints,
    readiness: {},
    ...options,
  })
  mount?.(service.app)
  const { port } = await service.listen()
  return {
    service,
    port,
    origin: `http://127.0.0.1:${port}`,
    lines,
    raw: (text: string | Buffer) => raw(port, text),
  }
}

export interface RawAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** What a server answers to these very bytes, read until it closes or the announced length is there. */
export function raw(port: number, text: string | Buffer): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let received = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    const done = () => {
      const answer = parse(received)
      if (!answer) return
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(5000, () => socket.destroy(new Error(`no whole answer: ${received}`)))
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      done()
    })
    socket.on('error', reject)
    socket.on('close', () => reject(new Error(`closed after: ${received}`)))
  })
}

function parse(text: string): RawAnswer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [first = '', ...rest] = text.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    rest.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  const body = text.slice(end + 4)
  if (body.length < Number(headers['content-length'] ?? 0)) return undefined
  return { status: Number(first.split(' ')[1]), headers, body }
}

/** A POST of exactly these bytes. */
export const post = (body: string | Buffer, headers: Record<string, string> = {}, path = '/things') =>
  Buffer.concat([
    Buffer.from(
      `POST ${path} HTTP/1.1\r\nHost: x\r\n${Object.entries({
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        ...headers,
      })
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`,
    ),
    Buffer.from(body),
  ])

/** One connection, so that a test sees whether it lives on. */
export const connection = (origin: string) => new Client(origin)
