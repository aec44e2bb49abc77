import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { silentLogger } from '@marquee/service-kit'
import { proxyTo, settle } from '@marquee/test-kit'
import { federate } from '../federation/federate-command.js'
import { type AnalyticsServers, analyticsServers } from '../testing/analytics-servers.js'
import { type Answer, serve, testDatabase } from '../testing/test-catalog.js'
import { createForeign } from './foreign.js'
import { readState } from './state-store.js'

let database: Awaited<ReturnType<typeof testDatabase>>
let servers: AnalyticsServers
let primary: Awaited<ReturnType<typeof proxyTo>>
let replica: Awaited<ReturnType<typeof proxyTo>>
/** An instance of its own per test: nothing is open, and no breaker remembers. */
let test: Awaited<ReturnType<typeof serve>>

beforeAll(async () => {
  ;[database, servers] = await Promise.all([testDatabase(), analyticsServers()])
  await servers.replica.query(`UPDATE replication_heartbeat SET at = now() - interval '90 seconds'`)
})
afterAll(async () => {
  await database.close()
  await servers.close()
})
beforeEach(async () => {
  ;[primary, replica] = await Promise.all([proxyTo(servers.urls[0]), proxyTo(servers.urls[1])])
  await federate(database.pool, [primary.url, replica.url])
  test = await serve(database.url, `t:${randomUUID()}:`, { lookEveryMs: 200 })
})
afterEach(async () => {
  await test.close()
  for (const link of [primary, replica]) {
    link.thaw()
    await link.close()
  }
})

const { mina } = world.viewers
const { winterTide } = world.contents
const history = () => test.api(`/api/v1/content/users/${mina.sub}/watch-history`, { as: 'mina' })
const audience = () => test.api(`/internal/content/${winterTide.id}/audience`)
const source = async () => (await audience()).json.source
async function timed(ask: () => Promise<Answer>): Promise<Answer & { ms: number }> {
  const began = performance.now()
  const answer = await ask()
  return { ...answer, ms: performance.now() - began }
}
const unavailable = ({ status, json, headers }: Answer) => [
  status,
  json.code,
  Number(headers.get('retry-after')) > 0,
]
const refused = [503, 'unavailable', true]

describe('an analytics primary that is gone', () => {
  it('is stood in for by the second host, which says so and how old it is', async () => {
    expect((await history()).headers.get('age')).toBeNull()
    await primary.close()
    const { status, headers } = await history()
    expect([status, Number(headers.get('age'))]).toEqual([200, expect.closeTo(90, -1.5)])
    const { json } = await audience()
    expect(json).toMatchObject({ source: 'replica', viewers: 0 })
    expect(json.ageMs).toBeGreaterThan(80_000)
  })

  it('is stood in for within 3 s when it is frozen, also on sessions that were with it; back again it is asked again', async () => {
    // Both sessions of the pool.
    expect(await Promise.all([source(), source()])).toEqual(['primary', 'primary'])
    primary.freeze()
    const first = await Promise.all([timed(audience), timed(history)])
    for (const answer of first) {
      expect(unavailable(answer)).toEqual(refused)
      // 3 s, and what a busy machine adds: without the deadline it would be minutes.
      expect(answer.ms).toBeLessThan(6000)
    }
    await settle(async () => (await audience()).status === 200)
    expect(await source()).toBe('replica')
    // Who asks does not wait for the first host, of which only the one that looks for it takes notice.
    for (let n = 0; n < 20; n++) expect((await timed(audience)).ms).toBeLessThan(1000)
    primary.thaw()
    await settle(async () => (await source()) === 'primary')
    expect((await history()).headers.get('age')).toBeNull()
  })

  it('that stays frozen does not close the way to its replica, however often it is looked for', async () => {
    let looks = 0
    let opened = 0
    const log = { ...silentLogger, debug: () => void looks++, warn: () => void opened++ }
    const foreign = createForeign({ url: database.url, timeoutMs: 3000, lookEveryMs: 50, log })
    try {
      primary.freeze()
      await settle(async () => (await foreign.ask(readState)).source === 'replica', { timeoutMs: 15_000 })
      looks = opened = 0
      await settle(() => looks >= 4)
      expect(opened).toBe(0)
      expect((await foreign.ask(readState)).source).toBe('replica')
    } finally {
      await foreign.close()
    }
  })

  it('that was frozen from the beginning is noticed too', async () => {
    primary.freeze()
    await settle(async () => (await source()) === 'replica', { timeoutMs: 15_000 })
    primary.thaw()
    await settle(async () => (await source()) === 'primary')
  })
})

describe('both analytics servers', () => {
  it('frozen cost 3 s once, then nothing, and never hold up what does not ask them', async () => {
    await Promise.all([history(), history()])
    for (const link of [primary, replica]) link.freeze()
    const hanging = Promise.all(Array.from({ length: 50 }, () => timed(history)))
    let over = false
    void hanging.finally(() => {
      over = true
    })
    const others: number[] = []
    while (!over) {
      // Straight from the database: a language that nobody asked for is not in the cache.
      const language = ['de', 'fr', 'es', 'pt', 'vi', 'id'][others.length % 6]
      const [title, list] = await Promise.all([
        test.api(`/api/v1/content/${winterTide.id}?lang=${language}`),
        test.api('/api/v1/content'),
      ])
      others.push(title.status, list.status)
    }
    expect(others.length).toBeGreaterThan(20)
    expect(new Set(others)).toEqual(new Set([200]))
    for (const answer of await hanging) {
      expect(unavailable(answer)).toEqual(refused)
      // 3 s, and what a busy machine adds: without the deadline it would be minutes.
      expect(answer.ms).toBeLessThan(6000)
    }
    const next = await timed(history)
    expect(unavailable(next)).toEqual(refused)
    expect(next.ms).toBeLessThan(500)
  })

  it('back again answer by themselves, and until then nobody is kept waiting to find out', async () => {
    for (const link of [primary, replica]) link.freeze()
    await Promise.all([history(), audience()])
    for (let n = 0; n < 100; n++) {
      const answer = await timed(audience)
      expect(unavailable(answer)).toEqual(refused)
      expect(answer.ms).toBeLessThan(500)
    }
    for (const link of [primary, replica]) link.thaw()
    await settle(async () => (await history()).status === 200)
    await settle(async () => (await source()) === 'primary')
  })

  it('refusing connections are 503 at once', async () => {
    await Promise.all([primary.close(), replica.close()])
    const answer = await timed(history)
    expect(unavailable(answer)).toEqual(refused)
    expect(answer.ms).toBeLessThan(1000)
  })

  it('cut from a session are found again by it', async () => {
    expect(await source()).toBe('primary')
    primary.cut()
    expect(await source()).toBe('primary')
  })
})

describe('a catalogue that was never federated', () => {
  it('answers 503 for what it would ask there, and everything else', async () => {
    const other = await testDatabase()
    const alone = await serve(other.url, `t:${randomUUID()}:`)
    try {
      const answer = await alone.api(`/internal/content/${winterTide.id}/audience`)
      expect(unavailable(answer)).toEqual(refused)
      expect((await alone.api(`/api/v1/content/${winterTide.id}`)).status).toBe(200)
      expect(
        (await alone.api(`/api/v1/content/users/${mina.sub}/watch-history`, { as: 'editor' })).status,
      ).toBe(403)
    } finally {
      await alone.close()
      await other.close()
    }
  })
})
