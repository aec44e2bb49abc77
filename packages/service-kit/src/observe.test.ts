import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { endpoint } from './endpoint.js'
import { fixtureEndpoints, internalKey, startKit } from './kit.fixture.js'
import { redact } from './logger.js'
import { json } from './reply.js'
import { signViewer, viewerHeader } from './viewer.js'

const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

describe('what is known of a request', () => {
  let kit: Awaited<ReturnType<typeof startKit>>
  let release: (value?: unknown) => void = () => undefined
  let aborted: Promise<unknown>
  let started: () => void
  const waiting = new Promise<void>((resolve) => {
    started = resolve
  })

  beforeAll(async () => {
    const common = {
      summary: 's',
      description: 'd',
      tag: 't',
      access: 'public' as const,
      responses: { 200: { description: 'ok' } },
    }
    const slow = endpoint({
      ...common,
      method: 'GET',
      path: '/slow/{id}',
      operationId: 'slow',
      params: fixtureEndpoints[0]?.params as never,
      handle: async ({ signal, log }) => {
        log.info('waiting')
        aborted = once(signal, 'abort')
        started()
        await new Promise((resolve) => {
          release = resolve
        })
        return json(200, {})
      },
    })
    const forwards = endpoint({
      ...common,
      method: 'GET',
      path: '/forward',
      operationId: 'forward',
      handle: ({ forward }) => json(200, forward),
    })
    kit = await startKit({ endpoints: [...fixtureEndpoints, slow, forwards] })
  })
  afterAll(() => kit.service.stop())
  const line = (requestId: string) =>
    kit.lines.find((l) => l.requestId === requestId && l.route !== undefined)

  it.each(['abc', 'A.b_c-9', 'x'.repeat(64)])('the request id %s is taken over', async (id) => {
    const answer = await fetch(`${kit.origin}/things/count`, { headers: { 'x-request-id': id } })
    expect(answer.headers.get('x-request-id')).toBe(id)
  })

  it.each(['a b', 'a;b', 'x'.repeat(65), 'é'])('the request id %s is replaced', async (id) => {
    const answer = await fetch(`${kit.origin}/things/count`, { headers: { 'x-request-id': id } })
    expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('one line tells what happened, without path, query, token or viewer', async () => {
    const viewer = signViewer(internalKey, {
      viewer: { sub: 'mina@example.com', roles: [], scopes: [] },
      address: '198.51.100.7',
    })
    await fetch(`${kit.origin}/things/classified?limit=77`, {
      headers: { 'x-request-id': 'line-1', authorization: 'Bearer abc', [viewerHeader]: viewer },
    })
    await fetch(`${kit.origin}/things/count`)
    const lines = kit.lines.filter((l) => l.requestId === 'line-1')
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ level: 30, method: 'GET', route: '/things/{id}', status: 200 })
    expect(lines[0]?.ms).toBeGreaterThanOrEqual(0)
    expect(lines[0]?.bytes).toBeGreaterThan(10)
    for (const secret of ['classified', 'limit', 'abc', 'mina', viewer])
      expect(JSON.stringify(lines[0])).not.toContain(secret)
  })

  it('health checks stay out of the log at level info', async () => {
    await fetch(`${kit.origin}/health/live`, { headers: { 'x-request-id': 'health-1' } })
    await fetch(`${kit.origin}/health/live`)
    expect(line('health-1')?.level).toBe(20)
  })

  it('traceparent passes when it is one', async () => {
    const get = async (traceparent: string) =>
      (await fetch(`${kit.origin}/things/1`, { headers: { traceparent } })).json()
    expect(await get(trace)).toMatchObject({ traceparent: trace })
    expect(await get('00-zz')).not.toHaveProperty('traceparent')
  })

  it('calls to other apps carry request id, trace and viewer on', async () => {
    const viewer = signViewer(internalKey, { viewer: null, address: '198.51.100.7' })
    const headers = { 'x-request-id': 'fwd-1', traceparent: trace, [viewerHeader]: viewer }
    expect(await (await fetch(`${kit.origin}/forward`, { headers })).json()).toEqual(headers)
  })

  it('a client that leaves aborts the call and is a line of its own kind', async () => {
    const socket = connect(kit.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('GET /slow/1 HTTP/1.1\r\nHost: x\r\nX-Request-Id: left-1\r\n\r\n')
    await waiting
    socket.destroy()
    await aborted
    release()
    await fetch(`${kit.origin}/things/count`)
    expect(line('left-1')).toMatchObject({ status: 499, left: true, route: '/slow/{id}' })
    expect(kit.lines.find((l) => l.msg === 'waiting')).toMatchObject({
      requestId: 'left-1',
      operation: 'slow',
    })
  })
})

describe('a log line', () => {
  const token = `eyJhbGciOiJFUzI1NiJ9.${'a'.repeat(20)}.${'b'.repeat(20)}`
  it.each([
    ['{"msg":"mail mina.k@example.co.uk now"}', 'mina.k@'],
    [`{"msg":"got ${token}"}`, 'eyJ'],
    ['{"headers":{"Authorization":"Bearer abc.def"}}', 'abc.def'],
    ['{"a":{"password":"p\\"q","x":1}}', 'p\\"q'],
    ['{"set-cookie":"sid=1"}', 'sid=1'],
    ['{"err":{"message":"connect postgres://u:p4ss@db.example.com/x"}}', 'p4ss'],
  ])('%s loses its secret and stays JSON', (text, secret) => {
    expect(redact(text)).not.toContain(secret)
    expect(() => JSON.parse(redact(text))).not.toThrow()
  })

  it('keeps what only looks similar', () => {
    const text = '{"stack":"at node_modules/.pnpm/express@5.3.0/x.js","route":"/things/{id}"}'
    expect(redact(text)).toBe(text)
  })
})
