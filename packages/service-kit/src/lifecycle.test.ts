import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { createClosers } from './closers.js'
import { endpoint } from './endpoint.js'
import { connection, startKit } from './kit.fixture.js'
import { silentLogger } from './logger.js'
import { json } from './reply.js'

function slowEndpoint() {
  let release: () => void = () => undefined
  let entered: () => void = () => undefined
  const inside = new Promise<void>((resolve) => {
    entered = resolve
  })
  const slow = endpoint({
    method: 'GET',
    path: '/slow',
    operationId: 'slow',
    summary: 's',
    description: 'd',
    tag: 't',
    access: 'public',
    responses: { 200: { description: 'ok' } },
    handle: () => {
      entered()
      return new Promise((resolve) => {
        release = () => resolve(json(200, { done: true }))
      })
    },
  })
  return { slow, inside, release: () => release() }
}

describe('a service that stops', () => {
  it('finishes what is in flight, refuses what is new, then stops the background, then closes in reverse', async () => {
    const order: string[] = []
    const closers = createClosers(silentLogger)
    closers.onClose('pool', () => void order.push('pool'))
    closers.onClose('broken', () => Promise.reject(new Error('no')))
    closers.onClose('producer', () => void order.push('producer'))
    const step = (name: string) => ({
      name,
      start: () => order.push(`start ${name}`),
      stop: () => void order.push(name),
    })
    const { slow, inside, release } = slowEndpoint()
    const kit = await startKit({ endpoints: [slow], background: [step('relay'), step('consumers')], closers })
    expect(order).toEqual(['start relay', 'start consumers'])

    const client = connection(kit.origin)
    const answer = client.request({ method: 'GET', path: '/slow' })
    await inside
    const stopped = kit.service.stop()
    expect(kit.service.stop()).toBe(stopped)
    await expect(fetch(`${kit.origin}/health/live`)).rejects.toThrow()
    expect(order).toHaveLength(2)
    release()
    const { statusCode, headers, body } = await answer
    expect({ statusCode, connection: headers.connection, body: await body.json() }).toEqual({
      statusCode: 200,
      connection: 'close',
      body: { done: true },
    })
    await stopped
    expect(order.slice(2)).toEqual(['relay', 'consumers', 'producer', 'pool'])
    await client.close()
  })

  it('ends idle connections at once', async () => {
    const kit = await startKit()
    const socket = connect(kit.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n')
    await once(socket, 'data')
    const closed = once(socket, 'close')
    const startedAt = performance.now()
    await Promise.all([kit.service.stop(), closed])
    expect(performance.now() - startedAt).toBeLessThan(1000)
  })

  it('says 503 stopping on a connection that is still open', async () => {
    const { slow, inside, release } = slowEndpoint()
    const kit = await startKit({ endpoints: [slow] })
    const socket = connect(kit.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\nGET /health/ready HTTP/1.1\r\nHost: x\r\n\r\n')
    await inside
    const stopped = kit.service.stop()
    release()
    let text = ''
    for await (const chunk of socket) text += String(chunk)
    expect(text).toMatch(/connection: close/i)
    await stopped
  })

  it('fails to start on a port that is taken', async () => {
    const kit = await startKit()
    await expect(startKit({ port: kit.port })).rejects.toThrow('EADDRINUSE')
    await kit.service.stop()
  })
})
