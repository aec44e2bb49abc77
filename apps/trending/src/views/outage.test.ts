import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { defaultLimits } from '@marquee/contracts'
import { silentLogger } from '@marquee/service-kit'
import { settle } from '@marquee/test-kit'
import { connected, isCountersOutage, openCounters } from '../counters-store.js'
import { testCounters } from '../testing/counters.js'
import { tcpProxy } from '../testing/tcp-proxy.js'
import { idOf, knowTitles } from '../testing/titles.js'
import { countView, createHashKey } from './view-store.js'

const test = testCounters()
const direct = test.open()
let link: Awaited<ReturnType<typeof tcpProxy>>
let counters: ReturnType<typeof openCounters>
let hashKey: Buffer
beforeAll(async () => {
  link = await tcpProxy(test.url)
  counters = openCounters({ url: link.url, purpose: 'request', log: silentLogger, root: test.root })
  await connected(counters)
  await knowTitles(direct, 3)
  hashKey = await createHashKey(direct)()
})
afterAll(async () => {
  counters.close()
  link.close()
  await test.close()
})

const view = (n: number, idempotencyKey?: string) =>
  countView(counters, hashKey, { ...defaultLimits }, { ref: idOf(n), address: '192.0.2.1', idempotencyKey })
const total = async (n: number) => Number(await direct.redis.hget(direct.key('totals'), idOf(n)))
const ready = () => settle(() => counters.redis.status === 'ready')

describe('when the link to the counters fails', () => {
  it('counts once what the driver sends again after a lost answer, and says that it was counted', async () => {
    for (let n = 1; n <= 20; n++) {
      link.set('deaf')
      expect(await view(0, n % 2 === 0 ? `key-${n}` : undefined)).toMatchObject({
        verdict: 'counted',
        totalViews: n,
      })
    }
    expect(link.lost()).toBe(20)
    expect(await total(0)).toBe(20)
  })

  it('is exact over lost answers under concurrency', async () => {
    const before = link.lost()
    for (let round = 0; round < 10; round++) {
      link.set('deaf')
      const answers = await Promise.all(Array.from({ length: 30 }, () => view(1)))
      expect(answers.every(({ verdict }) => verdict === 'counted')).toBe(true)
      await ready()
    }
    expect(link.lost()).toBe(before + 10)
    expect(await total(1)).toBe(300)
    expect(await direct.redis.xlen(direct.key('outbox'))).toBe(320)
  })

  it('fails within the deadline while they are frozen, and the same key tells afterwards', async () => {
    link.set('frozen')
    const began = performance.now()
    const failure = await view(2, 'unknown').catch((error: unknown) => error)
    expect(performance.now() - began).toBeLessThan(1_200)
    expect(isCountersOutage(failure)).toBe(true)
    link.set('open')
    await settle(async () => expect(await total(2)).toBe(1))
    expect(await view(2, 'unknown')).toMatchObject({ verdict: 'repeated', totalViews: 1 })
  })

  it('fails at once while they are down, and counts again when they are back', async () => {
    link.set('cut')
    await settle(() => counters.redis.status !== 'ready')
    const began = performance.now()
    const failure = await view(2).catch((error: unknown) => error)
    expect(performance.now() - began).toBeLessThan(300)
    expect(isCountersOutage(failure)).toBe(true)
    link.set('open')
    await ready()
    expect(await view(2)).toMatchObject({ verdict: 'counted', totalViews: 2 })
  })
})
