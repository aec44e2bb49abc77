import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import {
  ask,
  askRaw,
  codeOf,
  type Gateway,
  type RawAnswer,
  type Stub,
  type Surroundings,
  sendJson,
  surround,
} from '../gateway.fixture.js'

const path = '/api/v1/content/winter-tide'
const limits = { MARQUEE_LIMIT_UPSTREAM_TIMEOUT_MS: '400', MARQUEE_LIMIT_BODY_TIMEOUT_MS: '400' }

let around: Surroundings
let catalog: Stub
let gateway: Gateway

beforeEach(async () => {
  around = await surround({ env: limits })
  ;({ catalog, gateway } = around)
})
afterEach(() => around.close())

/** Large enough to be streamed. */
const large = JSON.stringify('x'.repeat(100_000))
const post = (body: string, headers: Record<string, string> = {}) =>
  ask(gateway, path, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } })

/** Resolves when the app sees its caller leave. */
const abandoned = (stub: Stub): Promise<void> =>
  new Promise((resolve) => {
    stub.answer = (_req, res) => res.on('close', () => resolve())
  })

const expectUnavailable = (answer: RawAnswer) => {
  expect([answer.status, codeOf(answer)]).toEqual([503, 'unavailable'])
  expect(answer.headers['retry-after']).toBe('1')
}

describe('an app that', () => {
  it('is down is 503 with Retry-After, for reads and writes', async () => {
    await catalog.close()
    expectUnavailable(await ask(gateway, path))
    expectUnavailable(await post('{}'))
    expectUnavailable(await post(large))
  })

  it('is silent is 503 within the deadline', async () => {
    catalog.answer = () => undefined
    const startedAt = Date.now()
    const answers = await Promise.all([ask(gateway, path), post('{}'), post(large)])
    answers.map(expectUnavailable)
    expect(Date.now() - startedAt).toBeLessThan(1400)
  })

  it('stays silent is not waited for again and again, and is found when it is back', async () => {
    catalog.answer = () => undefined
    await Promise.all(Array.from({ length: 5 }, () => ask(gateway, path)))
    const startedAt = Date.now()
    expectUnavailable(await ask(gateway, path))
    expect(Date.now() - startedAt).toBeLessThan(300)
    catalog.answer = (_req, res) => sendJson(res, 200, {})
    await settle(async () => (await ask(gateway, path)).status === 200)
  })

  const dyingInTheMiddle: Stub['answer'] = (_req, res) => {
    res.writeHead(200, { 'content-length': '1000' })
    res.write('x'.repeat(10), () => res.destroy())
  }

  it('dies in the middle of its answer is 503', async () => {
    catalog.answer = dyingInTheMiddle
    expectUnavailable(await ask(gateway, path))
    expectUnavailable(await post('{}'))
  })

  it('dies in the middle of a streamed answer leaves a cut connection, never a whole answer', async () => {
    catalog.answer = dyingInTheMiddle
    await expect(post(large)).rejects.toThrow()
    catalog.answer = (_req, res) => sendJson(res, 200, {})
    expect((await post(large)).status).toBe(200)
  })

  it('closes an idle connection under a write is not asked again: it may have acted', async () => {
    catalog.answer = (req) => req.socket.destroy()
    expectUnavailable(await post('{}'))
    expect(catalog.seen.length).toBe(1)
  })

  it('closes an idle connection under a read is asked once more', async () => {
    let cut = 1
    catalog.answer = (req, res) => {
      if (cut-- > 0) req.socket.destroy()
      else sendJson(res, 200, {})
    }
    expect((await ask(gateway, path)).status).toBe(200)
  })

  it('answers a lot is streamed', async () => {
    catalog.answer = (_req, res) => sendJson(res, 200, { text: 'x'.repeat(5_000_000) })
    expect((await ask(gateway, path)).body.length).toBe(5_000_011)
  })
})

const ways = [
  ['GET', '', ''],
  ['POST', 'Content-Length: 2\r\n', '{}'],
  ['POST', 'Transfer-Encoding: chunked\r\n', '2\r\n{}\r\n0\r\n\r\n'],
] as const

describe('a client that leaves', () => {
  it.each(ways)('ends its request at the app (%s %s)', async (method, header, body) => {
    const left = abandoned(catalog)
    const socket = connect(gateway.port, '127.0.0.1')
    const arrived = new Promise<void>((resolve) => {
      catalog.server.once('request', () => resolve())
    })
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: x\r\n${header}\r\n${body}`)
    await arrived
    socket.destroy()
    await left
  })
})

describe('a body', () => {
  it.each([
    ['by length', 'Content-Length: 1000\r\n\r\n{'],
    ['by a length that is large', 'Content-Length: 100000\r\n\r\n{'],
    ['in chunks', 'Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n'],
  ])('that never ends is 408 (%s)', async (_how, rest) => {
    catalog.answer = () => undefined
    const answer = await askRaw(gateway, `POST ${path} HTTP/1.1\r\nHost: x\r\n${rest}`)
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
    expect(answer).toContain('"code":"body_timeout"')
    expect(answer).toContain('more than 400 ms')
  })

  it('that is small reaches the app only when it is whole', async () => {
    const socket = connect(gateway.port, '127.0.0.1')
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n{"`)
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()))
    socket.end()
    await ask(gateway, path)
    expect(catalog.seen.map(({ method }) => method)).toEqual(['GET'])
  })

  it('that the app refuses before it has read it is answered with that refusal', async () => {
    catalog.answer = (_req, res) => sendJson(res, 413, { code: 'body_too_large' }, { connection: 'close' })
    const answer = await askRaw(
      gateway,
      `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 3000000\r\n\r\n${'x'.repeat(100_000)}`,
    )
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
  })
})
