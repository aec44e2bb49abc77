import { afterAll, describe, expect, it } from '@jest/globals'
import { silentLogger } from '@marquee/service-kit'
import { settle } from '@marquee/test-kit'
import { type Counters, isLeaseLost } from '../counters-store.js'
import { testCounters } from '../testing/counters.js'
import { holdLease, type Lease } from './lease-store.js'

const ttlMs = 600
const leases: Lease[] = []
const worlds = new Set<ReturnType<typeof testCounters>>()
afterAll(async () => {
  await Promise.all(leases.map((lease) => lease.stop()))
  await Promise.all([...worlds].map((world) => world.close()))
})

function place() {
  const world = testCounters()
  worlds.add(world)
  const hold = (instance: string) => {
    const lease = holdLease({ counters: world.open(), instance, ttlMs, log: silentLogger })
    leases.push(lease)
    return lease
  }
  return { world, counters: world.open(), hold }
}
const leads = (lease: Lease) => settle(() => lease.token() !== null, { timeoutMs: 5_000, everyMs: 5 })
const epochOf = (lease: Lease) => Number(lease.token()!.split('#').at(-1))

describe('the lease', () => {
  it('has one holder, who keeps it', async () => {
    const { hold } = place()
    const first = hold('trending#1')
    await leads(first)
    const second = hold('trending#2')
    const seen = new Set<string | null>()
    const until = performance.now() + 2 * ttlMs
    await settle(() => {
      seen.add(first.token())
      expect(second.token()).toBeNull()
      return performance.now() > until
    })
    expect(seen.size).toBe(1)
  })

  it('goes on at once when its holder stops', async () => {
    const { hold } = place()
    const first = hold('trending#1')
    await leads(first)
    const second = hold('trending#2')
    const stoppedAt = performance.now()
    await first.stop()
    await leads(second)
    expect(performance.now() - stoppedAt).toBeLessThan(ttlMs)
    expect(epochOf(second)).toBe(2)
  })

  it('goes to another when its holder stands aside, and back where there is no other', async () => {
    const { hold } = place()
    const first = hold('trending#1')
    await leads(first)
    const asked = performance.now()
    first.standAside(1000)
    expect(first.token()).toBeNull()
    await leads(first)
    expect(performance.now() - asked).toBeGreaterThan(750)
    expect(epochOf(first)).toBe(2)
    const second = hold('trending#2')
    first.standAside(3000)
    await leads(second)
    expect([first.token(), epochOf(second)]).toEqual([null, 3])
  })

  it('passes from a frozen holder, whose writes are refused when it wakes', async () => {
    const { world, counters, hold } = place()
    const own = world.open()
    let thaw = () => {}
    let ice: Promise<void> | undefined
    const freezing: Counters['run'] = async (...args) => {
      await ice
      return own.run(...args)
    }
    const frozen = holdLease({
      counters: { ...own, run: freezing },
      instance: 'one',
      ttlMs,
      log: silentLogger,
    })
    leases.push(frozen)
    await leads(frozen)
    const token = frozen.token()!
    ice = new Promise((resolve) => {
      thaw = resolve
    })
    const frozenAt = performance.now()
    const next = hold('trending#2')
    await leads(next)
    expect(epochOf(next)).toBe(2)
    expect(performance.now() - frozenAt).toBeLessThan(3 * ttlMs)
    thaw()
    const written = counters.run('writeBoard', token, 0, 0)
    await expect(written).rejects.toThrow('LEASE')
    await written.catch((error: unknown) => expect(isLeaseLost(error)).toBe(true))
    for (const script of [
      'claimOutbox',
      'claimStats',
      'takeChanged',
      'emitStats',
      'markOutbox',
      'retireHours',
    ] as const)
      await expect(counters.run(script, token, 1, 1)).rejects.toThrow('LEASE')
    await settle(() => frozen.token() === null)
  })

  it('is not believed in for longer than it lasts, when the counters do not answer', async () => {
    const { world, counters } = place()
    const own = world.open()
    const lease = holdLease({ counters: own, instance: 'trending#1', ttlMs, log: silentLogger })
    leases.push(lease)
    await leads(lease)
    own.redis.disconnect()
    const cutAt = performance.now()
    await settle(() => lease.token() === null, { everyMs: 5 })
    expect(performance.now() - cutAt).toBeLessThan(ttlMs + 100)
    await settle(async () => (await counters.redis.exists(counters.key('lease'))) === 0)
  })
})
