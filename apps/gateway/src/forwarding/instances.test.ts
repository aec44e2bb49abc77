import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import {
  ask,
  codeOf,
  type Gateway,
  type Stub,
  type Surroundings,
  sendJson,
  startStub,
  surround,
} from '../gateway.fixture.js'

const path = '/api/v1/content/winter-tide'
const limits = { MARQUEE_LIMIT_UPSTREAM_TIMEOUT_MS: '1500', MARQUEE_LIMIT_BODY_TIMEOUT_MS: '1000' }

let around: Surroundings
let gateway: Gateway
let one: Stub
let two: Stub

beforeEach(async () => {
  ;[one, two] = [await startStub('one'), await startStub('two')]
  for (const stub of [one, two]) stub.answer = (req, res) => req.on('end', () => sendJson(res, 200, {}))
  around = await surround({ env: { ...limits, CATALOG_ORIGINS: `${one.origin},${two.origin}` } })
  gateway = around.gateway
})
afterEach(async () => {
  await around.close()
  await Promise.all([one.close(), two.close()])
})

const json = { 'content-type': 'application/json' }
/** A read, a small write, and two that go by the general lane: a large body, and one without a length. */
const ways = [
  ['a read', () => ask(gateway, path)],
  ['a small write', () => ask(gateway, path, { method: 'POST', headers: json, body: '{}' })],
  ['a large write', () => ask(gateway, path, { method: 'POST', headers: json, body: large })],
  [
    'a write in chunks',
    () =>
      ask(gateway, path, {
        method: 'POST',
        headers: { ...json, 'transfer-encoding': 'chunked' },
        body: large,
      }),
  ],
] as const
const large = JSON.stringify('x'.repeat(300_000))

describe.each(ways)('%s', (_what, send) => {
  it('goes to either instance', async () => {
    for (let i = 0; i < 8; i++) expect((await send()).status).toBe(200)
    expect([one.seen.length, two.seen.length]).toEqual([4, 4])
  })

  it('goes whole to the other instance when one is gone', async () => {
    await one.close()
    for (let i = 0; i < 4; i++) expect((await send()).status).toBe(200)
    const [first, ...rest] = two.seen.map(({ body }) => body)
    expect(rest).toEqual([first, first, first])
    expect([0, 2, large.length]).toContain(first?.length)
  })

  it('is 503 with Retry-After, at once, when both are gone', async () => {
    await Promise.all([one.close(), two.close()])
    const startedAt = performance.now()
    const answer = await send()
    expect([answer.status, codeOf(answer), answer.headers['retry-after']]).toEqual([503, 'unavailable', '1'])
    expect(performance.now() - startedAt).toBeLessThan(1000)
    await two.reopen()
    await settle(async () => (await send()).status === 200, { timeoutMs: 2000 })
  })
})

describe('an instance that freezes', () => {
  it('is found, is left alone while the other answers, and is asked again when it thaws', async () => {
    one.freeze()
    const startedAt = performance.now()
    await settle(async () => {
      const seen = one.seen.length
      const answers = await Promise.all([1, 2, 3, 4].map(() => ask(gateway, path)))
      return answers.every(({ status }) => status === 200) && one.seen.length === seen
    })
    expect(performance.now() - startedAt).toBeLessThan(3500)
    const seen = one.seen.length
    for (const [, send] of ways) expect((await send()).status).toBe(200)
    expect(one.seen.length).toBe(seen)
    one.thaw()
    await settle(async () => (await ask(gateway, path)).status === 200 && one.seen.length > seen, {
      timeoutMs: 2500,
    })
  })
})

describe('a read', () => {
  it('whose instance dies under it is asked elsewhere', async () => {
    one.answer = (req) => void req.socket.destroy()
    for (let i = 0; i < 4; i++) expect((await ask(gateway, path)).status).toBe(200)
    expect(one.seen.length).toBeGreaterThan(0)
  })
})

describe('a write', () => {
  it.each(ways.slice(1))('(%s) whose instance dies under it is not sent to another', async (_what, send) => {
    for (const stub of [one, two]) stub.answer = (req) => void req.socket.destroy()
    expect((await send()).status).toBe(503)
    expect(one.seen.length + two.seen.length).toBe(1)
  })
})

it('is ready while one of two instances of each app answers', async () => {
  await one.close()
  await settle(async () => (await ask(gateway, '/health/ready')).status === 200)
})
