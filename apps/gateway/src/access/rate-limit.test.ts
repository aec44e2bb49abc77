import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { settle, testEngines } from '@marquee/test-kit'
import { Redis } from 'ioredis'
import {
  ask,
  codeOf,
  type Gateway,
  type Key,
  makeKey,
  type Stub,
  type Surroundings,
  surround,
} from '../gateway.fixture.js'
import { rateKey } from './rate-limit.js'

const path = '/api/v1/content/winter-tide'
const burst = 50
/** A window that no slow machine outlasts: 50 requests in 50 s. */
const limits = { MARQUEE_LIMIT_RATE_PER_SECOND: '1', MARQUEE_LIMIT_RATE_BURST: String(burst) }

let key: Key
let around: Surroundings
let catalog: Stub
let cleanUp: (() => unknown)[] = []

beforeEach(async () => {
  around = await surround({ env: limits })
  ;({ key, catalog } = around)
})
afterEach(async () => {
  await around.close()
  for (const clean of cleanUp) await clean()
  cleanUp = []
})

const gatewayWith = (env: Record<string, string>): Promise<Gateway> => around.start(env)

const flood = async (gateways: Gateway[], count: number, headers: Record<string, string> = {}) => {
  const asked = Array.from({ length: count }, (_, n) =>
    ask(gateways[n % gateways.length] as Gateway, path, { headers }),
  )
  const answers = await Promise.all(asked)
  return { answers, passed: answers.filter(({ status }) => status === 200).length }
}

/** Each test is somebody else to the shared Redis. */
const someone = async () => ({
  authorization: `Bearer ${await key.sign({ sub: `flood-${process.pid}-${Date.now()}-${Math.random()}` })}`,
})

describe('a caller over the limit', () => {
  it('gets the burst, then 429 with when to come back', async () => {
    const gateway = await gatewayWith({ CACHE_URL: testEngines().cache })
    const headers = await someone()
    await settle(async () => (await ask(gateway, path, { headers })).status === 200)
    const { answers, passed } = await flood([gateway], burst + 20, headers)
    expect(passed).toBe(burst - 1)
    const refused = answers.find(({ status }) => status === 429)
    if (!refused) throw new Error('nobody was refused')
    expect(codeOf(refused)).toBe('rate_limited')
    expect(refused.headers['content-type']).toBe('application/problem+json')
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1)
    expect(refused.headers.ratelimit).toMatch(/^"default"; r=0; t=\d+$/)
    expect(refused.headers['ratelimit-policy']).toMatch(/^"default"; q=50; w=50; pk=:.+:$/)
    expect(catalog.seen.length).toBe(burst)
  })

  it('is served again when it has waited', async () => {
    const gateway = await gatewayWith({
      CACHE_URL: testEngines().cache,
      MARQUEE_LIMIT_RATE_PER_SECOND: '100',
    })
    const headers = await someone()
    await settle(async () => (await flood([gateway], burst + 20, headers)).passed < burst + 20)
    await settle(async () => (await ask(gateway, path, { headers })).status === 200)
  })

  it('is counted over all instances together', async () => {
    const gateways = [
      await gatewayWith({ CACHE_URL: testEngines().cache }),
      await gatewayWith({ CACHE_URL: testEngines().cache }),
    ]
    const headers = await someone()
    for (const gateway of gateways) await settle(async () => (await ask(gateway, '/problems')).status === 200)
    const { passed } = await flood(gateways, 3 * burst, headers)
    expect(passed).toBeGreaterThan(burst * 0.9)
    expect(passed).toBeLessThanOrEqual(burst * 1.05)
  })

  it('leaves other callers alone', async () => {
    const gateway = await gatewayWith({})
    await flood([gateway], burst + 20, await someone())
    expect((await ask(gateway, path, { headers: await someone() })).status).toBe(200)
    expect((await ask(gateway, path)).status).toBe(200)
  })

  it('by bad tokens has no more signatures checked', async () => {
    const gateway = await gatewayWith({})
    const stranger = await makeKey('k1')
    const { answers } = await flood([gateway], burst + 20, {
      authorization: `Bearer ${await stranger.sign()}`,
    })
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401, 429]))
    expect(answers.filter(({ status }) => status === 401).length).toBe(burst)
  })

  it('pays for a batch of reports by its bytes, for one that does not say how many the most, for one report once', async () => {
    const gateway = await gatewayWith({ MARQUEE_LIMIT_BATCH_BYTES_PER_REQUEST: '2000' })
    const bodies = async (path: string, headers: Record<string, string>) => {
      const own = await someone()
      const post = { method: 'POST', headers: { ...own, ...headers }, body: 'x'.repeat(20_000) }
      const statuses: number[] = []
      for (let n = 0; n < 10; n++) statuses.push((await ask(gateway, path, post)).status)
      return statuses.filter((status) => status === 200).length
    }
    const length = { 'content-length': '20000' }
    expect(await bodies('/api/v1/progress/batch', length)).toBe(Math.ceil(burst / 11))
    expect(await bodies('/api/v1/progress/batch/', length)).toBe(Math.ceil(burst / 11))
    expect(await bodies('/api/v1/progress/batch', { 'transfer-encoding': 'chunked' })).toBe(1)
    expect(await bodies('/api/v1/progress', length)).toBe(10)
  })

  it('does not find the operator’s paths closed', async () => {
    const gateway = await gatewayWith({})
    await flood([gateway], burst + 20)
    expect((await ask(gateway, path)).status).toBe(429)
    expect((await ask(gateway, '/health/live')).status).toBe(200)
    expect((await ask(gateway, '/metrics')).status).toBe(200)
  })
})

describe('without the shared count', () => {
  it('a dead Redis costs nothing: this instance counts alone', async () => {
    const gateway = await gatewayWith({ CACHE_URL: 'redis://127.0.0.1:1' })
    expect((await flood([gateway], burst + 20)).passed).toBe(burst)
  })

  it('a Redis that freezes costs a few requests a moment', async () => {
    const link = await freezableLink(testEngines().cache)
    cleanUp.push(link.close)
    const gateway = await gatewayWith({ CACHE_URL: link.url })
    const redis = new Redis(testEngines().cache)
    cleanUp.push(() => redis.disconnect())
    // From here on the gateway counts in Redis: a request that came before its connection was counted alone.
    await settle(async () => {
      const sub = `first-${Math.random()}`
      await ask(gateway, path, { headers: { authorization: `Bearer ${await key.sign({ sub })}` } })
      return (await redis.exists(`rate:p:${sub}`)) === 1
    })
    link.freeze()
    const headers = await someone()
    const times: number[] = []
    for (let n = 0; n < burst; n++) {
      const startedAt = Date.now()
      expect((await ask(gateway, path, { headers })).status).toBe(200)
      times.push(Date.now() - startedAt)
    }
    expect(times.filter((ms) => ms >= 45).length).toBeGreaterThan(0)
    expect(Math.max(...times)).toBeLessThan(500)
    expect(times.reduce((sum, ms) => sum + ms)).toBeLessThan(3000)
    expect((await ask(gateway, path, { headers })).status).toBe(429)
  })
})

/** A connection to Redis that can stop carrying bytes without closing, as a stopped process does. */
async function freezableLink(url: string) {
  const { hostname, port } = new URL(url)
  const near = new URL(url)
  const sockets = new Set<Socket>()
  let frozen = false
  const server = createServer((client) => {
    const far = connect(Number(port), hostname)
    for (const [from, to] of [
      [client, far],
      [far, client],
    ] as const) {
      sockets.add(from)
      from.on('error', () => undefined)
      from.on('close', () => to.destroy())
      from.on('data', (bytes) => {
        if (!frozen) to.write(bytes)
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  near.port = String((server.address() as AddressInfo).port)
  return {
    url: near.href,
    freeze: () => {
      frozen = true
    },
    close: () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  }
}

describe('whom a request counts for', () => {
  it('is the principal, else the address, and of IPv6 the household', () => {
    expect(rateKey('mina', '203.0.113.9')).toBe('p:mina')
    expect(rateKey(undefined, '203.0.113.9')).toBe('a:203.0.113.9')
    expect(rateKey(undefined, '2001:db8:1:2::1')).toBe(rateKey(undefined, '2001:db8:1:3:4::9'))
    expect(rateKey(undefined, '2001:db8:1::1')).not.toBe(rateKey(undefined, '2001:db8:2::1'))
  })
})
