import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type HttpClient, httpClient } from './http-client.js'

describe('a call to another app', () => {
  let server: Server
  let client: HttpClient
  let seen: string[] = []
  async function start(listener: RequestListener, timeoutMs = 1000) {
    seen = []
    server = createServer((req, res) => {
      seen.push(`${req.method} ${req.url}`)
      listener(req, res)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    client = httpClient({ origins: [origin], name: 'catalog', timeoutMs })
  }
  afterEach(async () => {
    server.closeAllConnections()
    server.close()
    await client.close()
  })

  it('gives any answer as bytes and passes headers', async () => {
    await start((req, res) => void res.writeHead(404, { 'x-got': req.headers['x-request-id'] }).end('né'))
    const answer = await client.get('/x', { headers: { 'x-request-id': 'r1' } })
    expect({ ...answer, body: answer.body.toString(), headers: answer.headers['x-got'] }).toEqual({
      status: 404,
      headers: 'r1',
      body: 'né',
    })
  })

  it('that gets no answer in time is unavailable, on time', async () => {
    await start(() => undefined, 150)
    const startedAt = performance.now()
    await expect(client.get('/x')).rejects.toMatchObject({
      code: 'unavailable',
      status: 503,
      headers: { 'retry-after': '1' },
    })
    expect(performance.now() - startedAt).toBeLessThan(600)
    expect(seen).toHaveLength(1)
  })

  it('is repeated when the connection broke and repeating is safe', async () => {
    await start((req, res) => (seen.length < 3 ? req.socket.destroy() : res.end('ok')))
    expect((await client.get('/x')).body.toString()).toBe('ok')
    expect(seen).toHaveLength(3)
  })

  it('is never repeated when repeating could act twice', async () => {
    await start((req) => void req.socket.destroy())
    await expect(client.request({ method: 'POST', path: '/x', body: '{}' })).rejects.toMatchObject({
      code: 'unavailable',
    })
    expect(seen).toHaveLength(1)
  })

  it('is not tried while the other side is known to be down, and is again later', async () => {
    let down = true
    await start((_req, res) => void res.writeHead(down ? 503 : 200).end())
    for (let i = 0; i < 5; i++) expect((await client.get('/x')).status).toBe(503)
    await expect(client.get('/x')).rejects.toThrow('has not answered lately')
    expect(seen).toHaveLength(5)
    down = false
    const deadline = performance.now() + 3000
    let status = 0
    while (status !== 200 && performance.now() < deadline)
      status = await client.get('/x').then(
        (r) => r.status,
        () => 0,
      )
    expect(status).toBe(200)
  })

  it('that our own caller gave up says nothing about the other side', async () => {
    let answers = false
    await start((_req, res) => void (answers && res.end('ok')))
    for (let i = 0; i < 6; i++) {
      const left = new AbortController()
      const call = client.get('/x', { signal: left.signal })
      left.abort(new Error('left'))
      await expect(call).rejects.toThrow('left')
    }
    answers = true
    expect((await client.get('/x')).status).toBe(200)
  })
})
