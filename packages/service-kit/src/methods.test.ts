import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { connection, startKit } from './kit.fixture.js'

describe('methods and conditions', () => {
  let kit: Awaited<ReturnType<typeof startKit>>
  beforeAll(async () => {
    kit = await startKit()
  })
  afterAll(() => kit.service.stop())
  const ask = (path: string, init?: RequestInit) => fetch(kit.origin + path, init)

  it('HEAD has the headers of GET and no body', async () => {
    const [get, head] = [await ask('/things/count'), await ask('/things/count', { method: 'HEAD' })]
    expect(head.status).toBe(200)
    expect(await head.text()).toBe('')
    for (const name of ['content-length', 'content-type'])
      expect(head.headers.get(name)).toBe(get.headers.get(name))
  })

  it('OPTIONS tells what is possible', async () => {
    const answer = await ask('/things/1', { method: 'OPTIONS' })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('allow')).toBe('GET, PATCH, HEAD, OPTIONS')
    expect((await ask('/nothing', { method: 'OPTIONS' })).status).toBe(404)
  })

  it.each([
    ['DELETE', '/things/1', 'GET, PATCH, HEAD, OPTIONS'],
    ['GET', '/things', 'POST, OPTIONS'],
    ['POST', '/health/live', 'GET, HEAD, OPTIONS'],
  ])('%s %s is 405 with Allow', async (method, path, allow) => {
    const answer = await ask(path, { method })
    expect({ status: answer.status, allow: answer.headers.get('allow') }).toEqual({ status: 405, allow })
    expect(await answer.json()).toMatchObject({ code: 'method_not_allowed' })
  })

  it.each(['/things/1', '/nothing'])('TRACE %s is 405', async (path) => {
    const answer = await kit.raw(`TRACE ${path} HTTP/1.1\r\nHost: x\r\n\r\n`)
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toContain('GET')
  })

  it('CONNECT is 405', async () => {
    expect((await kit.raw('CONNECT x:443 HTTP/1.1\r\nHost: x:443\r\n\r\n')).status).toBe(405)
  })

  it.each(['"1.thing"', 'W/"1.thing"', '"0.x", W/"1.thing"', '*'])('If-None-Match %s is 304', async (tag) => {
    const answer = await ask('/things/1', { headers: { 'if-none-match': tag } })
    expect(answer.status).toBe(304)
    expect(await answer.text()).toBe('')
    expect(answer.headers.get('etag')).toBe('"1.thing"')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=30')
    expect(answer.headers.get('content-type')).toBeNull()
  })

  it.each(['"1.other"', '1.thing', '"1.thing'])('If-None-Match %s is 200', async (tag) => {
    expect((await ask('/things/1', { headers: { 'if-none-match': tag } })).status).toBe(200)
  })

  it('an absolute request target is its path', async () => {
    const answer = await kit.raw('GET http://elsewhere.example/things/count HTTP/1.1\r\nHost: x\r\n\r\n')
    expect(answer.body).toBe('{"count":1}')
  })

  it('answers carry a length, no X-Powered-By and no ETag that nobody asked for', async () => {
    const answer = await ask('/things/count')
    expect(answer.headers.get('content-length')).toBe('11')
    for (const name of ['x-powered-by', 'etag']) expect(answer.headers.get(name)).toBeNull()
  })

  it('header and body leave in one piece', async () => {
    const socket = connect(kit.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('GET /things/count HTTP/1.1\r\nHost: x\r\n\r\n')
    const [first] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(first.toString()).toMatch(/^HTTP\/1\.1 200 .*\{"count":1\}$/s)
  })

  it('a small body that nobody reads does not cost the connection', async () => {
    const client = connection(kit.origin)
    for (let i = 0; i < 3; i++) {
      const reply = await client.request({ method: 'DELETE', path: '/things/1', body: '{}' })
      expect(reply.headers.connection).toBe('keep-alive')
      await reply.body.dump()
    }
    await client.close()
  })
})
