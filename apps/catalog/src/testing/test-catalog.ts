import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { createCache } from '@marquee/cache'
import { defaultLimits, type Limits, world } from '@marquee/contracts'
import { createPool, isOutage, migrate } from '@marquee/postgres'
import {
  createMetrics,
  createService,
  openApiDocument,
  Registry,
  signViewer,
  silentLogger,
  viewerHeader,
} from '@marquee/service-kit'
import { freshDatabase, responseChecker, settle, testEngines } from '@marquee/test-kit'
import { createForeign } from '../audience/foreign.js'
import { createCatalogCache } from '../catalog-cache.js'
import type { Catalog } from '../context.js'
import { ping } from '../ping-store.js'
import { routes } from '../routes.js'
import { putWorld } from './put-world.js'

export const migrationsDir = fileURLToPath(new URL('../../migrations', import.meta.url))
export const keys = { internal: 'a1'.repeat(32), cursor: 'b2'.repeat(32) }

export interface Ask {
  method?: string
  as?: 'editor' | 'viewer' | 'mina' | 'data' | 'admin'
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

/** A migrated database with the named world, on plain PostgreSQL or Citus as the run has it. */
export async function testDatabase() {
  const database = await freshDatabase()
  await migrate({ url: database.url, dir: migrationsDir, direction: 'up', log: silentLogger })
  const pool = createPool({ url: database.url, name: 'catalog', log: silentLogger })
  await putWorld(pool)
  return {
    url: database.url,
    pool,
    async close() {
      await pool.end()
      await database.drop()
    },
  }
}

/** The app's requests on a database and a part of the cache of its own, without relay and consumers. */
export async function testCatalog() {
  const database = await testDatabase()
  const served = await serve(database.url, `t:${randomUUID()}:`)
  return {
    ...served,
    url: database.url,
    async close() {
      await served.close()
      await database.close()
    },
  }
}

/** A further instance on a database; with the prefix of another it shares that one's cache. */
export async function serve(
  url: string,
  prefix: string,
  own: { limits?: Partial<Limits>; lookEveryMs?: number } = {},
) {
  const log = silentLogger
  const registry = createMetrics('catalog').registry
  const pool = createPool({ url, name: 'catalog', log })
  const shared = createCache({ url: testEngines().cache, log, registry: new Registry(), prefix })
  const limits = { ...defaultLimits, ...own.limits }
  const foreign = createForeign({ ...own, url, timeoutMs: limits.foreignTimeoutMs, log })
  const cache = createCatalogCache(shared, limits)
  const catalog: Catalog = { pool, cache, foreign, limits, cursorKey: keys.cursor }
  const endpoints = routes(catalog)
  const service = createService({
    name: 'catalog',
    log,
    host: '127.0.0.1',
    port: 0,
    internalKey: keys.internal,
    limits,
    endpoints,
    readiness: { database: () => ping(pool) },
    registry,
    isOutage,
  })
  const { port } = await service.listen()
  await settle(() => shared.ready().then(() => true))
  const api = client(
    `http://127.0.0.1:${port}`,
    responseChecker(openApiDocument(endpoints, { title: 'catalog', version: '1' })),
  )
  return {
    catalog,
    api,
    prefix,
    async close() {
      await service.stop()
      await shared.close()
      await foreign.close()
      await pool.end()
    },
  }
}

/** Every answer is held against the OpenAPI document of the endpoints. */
function client(origin: string, check: ReturnType<typeof responseChecker>) {
  const { editor, mina } = world.viewers
  const viewers = {
    editor: { sub: editor.sub, roles: ['editor'], scopes: [] },
    viewer: { sub: editor.sub, roles: [], scopes: [] },
    mina: { sub: mina.sub, roles: [], scopes: [] },
    data: { sub: editor.sub, roles: [], scopes: ['data'] },
    admin: { sub: editor.sub, roles: ['admin'], scopes: [] },
  }
  return async (path: string, { method = 'GET', as, headers = {}, body }: Ask = {}): Promise<Answer> => {
    const viewer = as ? viewers[as] : null
    const response = await fetch(origin + path, {
      method,
      headers: {
        [viewerHeader]: signViewer(keys.internal, { viewer, address: '127.0.0.1' }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const contentType = response.headers.get('content-type') ?? undefined
    const json = text === '' ? undefined : JSON.parse(text)
    check(method, path, { status: response.status, contentType, json })
    return { status: response.status, headers: response.headers, json, text }
  }
}

let count = 0
/** A title that an editor may add, with a slug of its own. */
export const newTitle = (more: object = {}) => ({
  kind: 'series',
  title: 'A Test Title',
  slug: `test-${process.pid}-${count++}`,
  origin: 'korean',
  originalLanguage: 'ko',
  status: 'published',
  ...more,
})
