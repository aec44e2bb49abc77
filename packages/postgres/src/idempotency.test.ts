import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import {
  type IdempotencyConflict,
  idempotent,
  type Pool,
  pruneIdempotencyKeys,
  transaction,
} from './index.js'
import { type OwnDatabase, ownDatabase } from './testing/database.js'

let own: OwnDatabase
let pool: Pool
beforeAll(async () => {
  own = await ownDatabase()
  pool = own.pool
})
afterAll(() => own.close())

let works = 0
const post = (
  key: string,
  requestHash: string,
  scope = 'mina POST /content',
  meanwhile?: () => Promise<void>,
) =>
  transaction(pool, (tx) =>
    idempotent(tx, { scope, key, requestHash, ttl: 60_000 }, async () => {
      works += 1
      await meanwhile?.()
      return {
        status: 201,
        headers: { location: `/content/${works}` },
        body: `{"work":${works},"name":"한"}`,
      }
    }),
  )
const code = (work: Promise<unknown>) =>
  work.then(
    () => 'answered',
    (error: IdempotencyConflict) => error.code,
  )

describe('an Idempotency-Key', () => {
  it('gives the same answer again, byte for byte, without doing the work again', async () => {
    const before = works
    const first = await post('a', 'hash')
    const second = await post('a', 'hash')
    expect(works).toBe(before + 1)
    expect(first.replayed).toBe(false)
    expect(second).toEqual({ ...first, replayed: true })
    expect(second).toMatchObject({ status: 201, headers: { location: `/content/${works}` } })
  })

  it('belongs to one request: with another it is a conflict', async () => {
    await post('b', 'hash')
    expect(await code(post('b', 'other'))).toBe('idempotency_key_reused')
  })

  it('is a conflict while the first request is under way', async () => {
    let during: string | undefined
    await post('c', 'hash', undefined, async () => {
      during = await code(post('c', 'hash'))
    })
    expect(during).toBe('idempotency_key_in_use')
  })

  it('is free again when the work failed or its time is over, and free for others at any time', async () => {
    const failing = post('d', 'hash', undefined, () => Promise.reject(new Error('disk full')))
    await expect(failing).rejects.toThrow('disk full')
    expect((await post('d', 'other')).replayed).toBe(false)
    expect((await post('d', 'hash', 'joon POST /content')).replayed).toBe(false)

    await pool.query("UPDATE idempotency_keys SET expires_at = now() - interval '1 second' WHERE key = 'd'")
    expect((await post('d', 'third')).replayed).toBe(false)
    await pool.query("UPDATE idempotency_keys SET expires_at = now() WHERE key = 'd'")
    await pruneIdempotencyKeys(pool)
    expect((await pool.query("SELECT FROM idempotency_keys WHERE key = 'd'")).rowCount).toBe(0)
  })
})
