import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { silentLogger } from '@marquee/service-kit'
import { proxyTo, settle } from '@marquee/test-kit'
import type { Database } from '../database-store.js'
import { testDatabase } from '../testing/test-database.js'
import { holdLease, type Lease } from './lease-store.js'

const ttlMs = 900
let test: Awaited<ReturnType<typeof testDatabase>>
const leases: Lease[] = []
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(async () => {
  await Promise.all(leases.map((lease) => lease.stop()))
  await test.close()
})

let posts = 0
const post = () => `post-${posts++}`
function hold(name: string, instance: string, database: Database = test.database) {
  const lease = holdLease({ database, name, instance, ttlMs, log: silentLogger })
  leases.push(lease)
  return lease
}
const leads = (lease: Lease) => settle(() => lease.epoch() !== null, { everyMs: 5 })

describe('the lease', () => {
  it('has one holder of many who come at once, and keeps it', async () => {
    const name = post()
    const all = Array.from({ length: 8 }, (_, n) => hold(name, `reviews#${n}`))
    await settle(() => all.some((lease) => lease.epoch() !== null), { everyMs: 5 })
    const holder = all.find((lease) => lease.epoch() !== null)!
    const until = performance.now() + 2 * ttlMs
    await settle(() => {
      expect(all.filter((lease) => lease.epoch() !== null)).toEqual([holder])
      return performance.now() > until
    })
    expect(holder.epoch()).toBe(1)
  })

  it('goes on at once when its holder stops', async () => {
    const name = post()
    const first = hold(name, 'reviews#1')
    await leads(first)
    const second = hold(name, 'reviews#2')
    await first.stop()
    const stoppedAt = performance.now()
    await leads(second)
    expect(performance.now() - stoppedAt).toBeLessThan(ttlMs)
    expect(second.epoch()).toBe(2)
  })

  it('goes to another when its holder stands aside, and back where there is no other', async () => {
    const name = post()
    const first = hold(name, 'reviews#1')
    await leads(first)
    const asked = performance.now()
    first.standAside(1000)
    expect(first.epoch()).toBeNull()
    await settle(() => first.epoch() === 2)
    expect(performance.now() - asked).toBeGreaterThan(750)
    const second = hold(name, 'reviews#2')
    first.standAside(3000)
    await settle(() => second.epoch() === 3)
    expect(first.epoch()).toBeNull()
  })

  it('passes from a frozen holder, who knows it as soon as it wakes', async () => {
    const name = post()
    const link = await proxyTo(test.url)
    const frozen = hold(name, 'reviews#1', await test.open('background', link.url))
    await leads(frozen)
    link.freeze()
    const frozenAt = performance.now()
    const next = hold(name, 'reviews#2')
    await leads(next)
    expect(performance.now() - frozenAt).toBeLessThan(3 * ttlMs)
    expect([frozen.epoch(), next.epoch()]).toEqual([null, 2])
    link.thaw()
    const until = performance.now() + ttlMs
    await settle(() => {
      expect([frozen.epoch(), next.epoch()]).toEqual([null, 2])
      return performance.now() > until
    })
    await frozen.stop()
    expect(next.epoch()).toBe(2)
    await link.close()
  })
})
