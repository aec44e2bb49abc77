import { randomUUID } from 'node:crypto'
import type { Connection } from './connection.js'

// Longer than any load: a token that expires under a load only wastes its fill.
const guardMs = 60_000
const guardEnd = '#guard'

/** The keys of one namespace and what is done to them. Whatever answers undefined or false did not reach the cache. */
export function createShelf(connection: Connection, base: string) {
  const entry = (id: string) => base + id
  const guard = (id: string) => `${base}${id}${guardEnd}`
  return {
    read: (id: string, field: string) => connection.ask((redis) => redis.hgetBuffer(entry(id), field)),
    open: (id: string, field: string) =>
      connection.ask((redis) => redis.cacheOpenBuffer(entry(id), guard(id), field, randomUUID(), guardMs)),
    fill: (id: string, field: string, token: string, value: Buffer, ttlMs: number) =>
      connection.ask((redis) => redis.cacheFill(entry(id), guard(id), field, token, value, ttlMs)),
    async invalidate(ids: string[]): Promise<boolean> {
      const keys = ids.flatMap((id) => [entry(id), guard(id)])
      const done = await connection.ask((redis) =>
        redis.cacheInvalidate(keys.length, ...keys, randomUUID(), guardMs),
      )
      return done !== undefined
    },
    /** The ids that have an entry, in no order; some may come twice. Undefined: the cache is down. */
    async *ids(): AsyncGenerator<string[] | undefined> {
      let cursor = '0'
      do {
        const from = cursor
        const page = await connection.ask((redis) => redis.scan(from, 'MATCH', `${base}*`, 'COUNT', 1000))
        yield page?.[1].filter((key) => !key.endsWith(guardEnd)).map((key) => key.slice(base.length))
        cursor = page?.[0] ?? '0'
      } while (cursor !== '0')
    },
    readAll: (id: string) => connection.ask((redis) => redis.hgetallBuffer(entry(id))),
    /** Guards go with the entries, so fills under way are refused. */
    async flush(): Promise<boolean> {
      let cursor = '0'
      do {
        const from = cursor
        const page = await connection.ask((redis) => redis.scan(from, 'MATCH', `${base}*`, 'COUNT', 500))
        if (!page) return false
        const [next, keys] = page
        const removed = keys.length === 0 ? 0 : await connection.ask((redis) => redis.unlink(keys))
        if (removed === undefined) return false
        cursor = next
      } while (cursor !== '0')
      return true
    },
  }
}
