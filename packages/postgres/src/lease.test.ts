import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { proxyTo, settle } from '@marquee/test-kit'
import { createLease, createPool, type Pool, transaction } from './index.js'
import { type OwnDatabase, ownDatabase, silent } from './testing/database.js'

let own: OwnDatabase
let pool: Pool
beforeAll(async () => {
  own = await ownDatabase()
  pool = own.pool
})
afterAll(() => own.close())

const ttlMs = 900

describe('a lease', () => {
  it('has one holder at a time, and the next at once when it is given up', async () => {
    const leases = ['a', 'b', 'c'].map((holder) => createLease(pool, 'post', holder, { ttlMs: 30_000 }))
    const leaders = () => leases.filter((lease) => lease.epoch() !== null)
    await settle(() => leaders().length === 1)
    const [first] = leaders()
    const epoch = first?.epoch()
    await first?.release()
    await settle(() => leaders().length === 1)
    expect(leaders()[0]?.epoch()).toBe(Number(epoch) + 1)
    for (const lease of leases) await lease.release()
  })

  it('is taken from a frozen holder, who can change nothing when it thaws', async () => {
    const link = await proxyTo(own.url)
    const frozenPool = createPool({ url: link.url, name: 'old', log: silent, queryTimeoutMs: 2000 })
    const old = createLease(frozenPool, 'frozen', 'old', { ttlMs })
    await settle(() => old.epoch() !== null)
    const epoch = Number(old.epoch())
    link.freeze()
    const successor = createLease(pool, 'frozen', 'new', { ttlMs })
    await settle(() => successor.epoch() === epoch + 1, { timeoutMs: 5000 })
    expect(old.epoch()).toBeNull()
    link.thaw()
    expect(await transaction(frozenPool, (tx) => old.guard(tx, epoch))).toBe(false)
    expect(await transaction(frozenPool, (tx) => old.guard(tx))).toBe(false)
    expect(await transaction(pool, (tx) => successor.guard(tx))).toBe(true)
    await Promise.all([old.release(), successor.release()])
    await frozenPool.end()
    await link.close()
  })

  it('goes to another when its holder stands aside, and back where there is no other', async () => {
    const holder = createLease(pool, 'aside', 'holder', { ttlMs })
    await settle(() => holder.epoch() === 1)
    const asked = performance.now()
    holder.standAside(1000)
    expect(holder.epoch()).toBeNull()
    await settle(() => holder.epoch() === 2)
    expect(performance.now() - asked).toBeGreaterThan(750)
    const rival = createLease(pool, 'aside', 'rival', { ttlMs })
    holder.standAside(3000)
    await settle(() => rival.epoch() === 3)
    expect(holder.epoch()).toBeNull()
    await Promise.all([holder.release(), rival.release()])
  })

  it('is not taken over before what its holder writes is committed', async () => {
    const holder = createLease(pool, 'guarded', 'holder', { ttlMs })
    await settle(() => holder.epoch() !== null)
    const epoch = Number(holder.epoch())
    const rival = createLease(pool, 'guarded', 'rival', { ttlMs })
    const seen = await transaction(pool, async (tx) => {
      expect(await holder.guard(tx)).toBe(true)
      await tx.query(`SELECT pg_sleep(${(ttlMs * 2) / 1000})`)
      return rival.epoch()
    })
    expect(seen).toBeNull()
    await holder.release()
    await settle(() => rival.epoch() === epoch + 1)
    await rival.release()
  })
})
