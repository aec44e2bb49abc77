import { mkdtempSync, writeFileSync } from 'node:fs'
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { gatewayConfig } from './config.js'
import { createGateway } from './service.js'

export const internalKey = 'ab'.repeat(32)
export const issuer = 'https://issuer.example'

/** An app behind the gateway whose answers a test writes. */
export interface Stub {
  origin: string
  /** The requests it got, with their bodies. */
  seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[]
  answer: (req: IncomingMessage, res: ServerResponse) => void
  server: Server
  /** As a killed process: refuses connections. */
  close(): Promise<void>
  /** Back at the same address. */
  reopen(): Promise<void>
  /** As a stopped process: takes connections and answers nothing, not even whether it lives. */
  freeze(): void
  /** Answers what came meanwhile, and whatever comes. */
  thaw(): void
}

const emptyDocument = (name: string) => ({
  openapi: '3.1.0',
  info: { title: name, version: '1.0.0' },
  paths: {},
  components: {},
})

export function sendJson(
  res: ServerResponse,
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): void {
  const body = JSON.stringify(value)
  res.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  })
  res.end(body)
}

const listening = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })

export async function startStub(name: string, document: object = emptyDocument(name)): Promise<Stub> {
  const stub = { seen: [] as Stub['seen'] } as Stub
  stub.answer = (_req, res) => sendJson(res, 200, { from: name })
  let held: (() => void)[] | null = null
  stub.freeze = () => {
    held = []
  }
  stub.thaw = () => {
    const late = held ?? []
    held = null
    for (const answer of late) answer()
  }
  stub.server = createServer((req, res) => {
    const live = () => sendJson(res, 200, { status: 'live' })
    if (req.url === '/openapi.json') return sendJson(res, 200, document)
    if (req.url === '/health/live') return held ? void held.push(live) : live()
    const seen = { method: req.method ?? '', url: req.url ?? '', headers: req.headers, body: '' }
    stub.seen.push(seen)
    req.on('data', (chunk: Buffer) => {
      seen.body += chunk.toString()
    })
    req.on('error', () => undefined)
    if (held) held.push(() => stub.answer(req, res))
    else stub.answer(req, res)
  })
  stub.origin = `http://127.0.0.1:${await listening(stub.server)}`
  stub.close = () =>
    new Promise((resolve) => {
      stub.server.close(() => resolve())
      stub.server.closeAllConnections()
    })
  stub.reopen = () =>
    new Promise((resolve) => {
      stub.server.listen(Number(new URL(stub.origin).port), '127.0.0.1', () => resolve())
    })
  return stub
}

export async function makeKey(kid: string, alg = 'ES256') {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  const jwk = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' }
  const sign = (claims: JWTPayload = {}, header: Record<string, unknown> = {}): Promise<string> => {
    const now = Math.floor(Date.now() / 1000)
    const payload = {
      iss: issuer,
      aud: 'marquee',
      sub: 'mina',
      roles: ['user'],
      scope: '',
      iat: now,
      exp: now + 600,
      ...claims,
    }
    return new SignJWT(payload).setProtectedHeader({ alg, kid, ...header }).sign(privateKey)
  }
  return { jwk, sign, publicKey, privateKey }
}
export type Key = Awaited<ReturnType<typeof makeKey>>

export function writeKeys(...keys: { jwk: object }[]): string {
  const file = join(mkdtempSync(join(tmpdir(), 'gateway-test-')), 'jwks.json')
  writeFileSync(file, JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }))
  return file
}

export interface Gateway {
  origin: string
  port: number
  stop(): Promise<void>
}

/** A gateway on a free port, configured as in production by its environment. */
async function startGateway(env: Record<string, string>): Promise<Gateway> {
  const all = {
    PORT: '0',
    NODE_ENV: 'test',
    LOG_LEVEL: 'silent',
    INSTANCE: 'gateway',
    MARQUEE_INTERNAL_KEY: internalKey,
    MARQUEE_CURSOR_KEY: internalKey,
    JWT_ISSUER: issuer,
    CORS_ORIGINS: 'https://app.example',
    // Out of the way of what is not about limits.
    MARQUEE_LIMIT_RATE_PER_SECOND: '100000',
    MARQUEE_LIMIT_RATE_BURST: '100000',
    ...env,
  }
  const gateway = createGateway(gatewayConfig(all), all)
  const { port } = await gateway.listen()
  return { origin: `http://127.0.0.1:${port}`, port, stop: () => gateway.stop() }
}

const apps = ['catalog', 'userHistory', 'reviews', 'trending'] as const
export type App = (typeof apps)[number]
const variables: Record<App, string> = {
  catalog: 'CATALOG_ORIGINS',
  userHistory: 'USER_HISTORY_ORIGINS',
  reviews: 'REVIEWS_ORIGINS',
  trending: 'TRENDING_ORIGINS',
}

/** A gateway before a stub of every app, with a key that signs tokens for it. */
export interface Surroundings extends Record<App, Stub> {
  key: Key
  keysFile: string
  gateway: Gateway
  /** One more gateway before the same stubs. */
  start(env?: Record<string, string>): Promise<Gateway>
  /** Stops every gateway and stub. */
  close(): Promise<void>
}

/**
 * @param keys the first signs for tests; made when left out
 * @param documents what an app tells of itself
 */
export async function surround({
  env = {},
  keys = [],
  documents = {},
}: {
  env?: Record<string, string>
  keys?: Key[]
  documents?: Partial<Record<App, object>>
} = {}): Promise<Surroundings> {
  const key = keys[0] ?? (await makeKey('k1'))
  const keysFile = writeKeys(key, ...keys.slice(1))
  const stubs = await Promise.all(apps.map((app) => startStub(app, documents[app])))
  const common: Record<string, string> = { JWKS_FILE: keysFile, ...env }
  apps.forEach((app, i) => {
    common[variables[app]] ??= (stubs[i] as Stub).origin
  })
  const open: Gateway[] = []
  const start = async (more: Record<string, string> = {}) => {
    const gateway = await startGateway({ ...common, ...more })
    open.push(gateway)
    return gateway
  }
  return {
    ...(Object.fromEntries(apps.map((app, i) => [app, stubs[i]])) as Record<App, Stub>),
    key,
    keysFile,
    gateway: await start(),
    start,
    async close() {
      await Promise.all(open.map((gateway) => gateway.stop()))
      await Promise.all(stubs.map((stub) => stub.close()))
    },
  }
}

export interface RawAnswer {
  status: number
  headers: IncomingMessage['headers']
  body: string
}

/** A request exactly as written, path included; `fetch` would tidy it up first. */
export function ask(
  { port }: { port: number },
  path: string,
  {
    method = 'GET',
    headers = {},
    body,
  }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const req = httpRequest({ port, host: '127.0.0.1', path, method, headers, agent: false }, (res) => {
      let text = ''
      res.setEncoding('utf8')
      res.on('data', (chunk: string) => {
        text += chunk
      })
      res.on('end', () => resolve({ status: res.statusCode ?? 0, headers: res.headers, body: text }))
      res.on('error', reject)
    })
    req.on('error', reject)
    req.end(body)
  })
}

/** Bytes on a socket, and what came back until the other side closed. */
export function askRaw({ port }: { port: number }, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.setEncoding('utf8')
    socket.on('data', (chunk) => {
      answer += String(chunk)
    })
    socket.on('close', () => resolve(answer))
    socket.on('error', reject)
    socket.write(text)
  })
}

export const codeOf = ({ body }: RawAnswer): unknown => (JSON.parse(body) as { code?: unknown }).code
