import { connect } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { readRun } from '../platform.js'

/** Sends bytes as they are and resolves with the whole answer. */
function raw(text: string): Promise<string> {
  const { hostname, port } = new URL(readRun().api)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write(text))
    const parts: Buffer[] = []
    socket.on('data', (part) => {
      parts.push(part)
      const answer = Buffer.concat(parts).toString('latin1')
      const bodyStart = answer.indexOf('\r\n\r\n') + 4
      const length = Number(answer.match(/content-length: (\d+)/i)?.[1])
      if (bodyStart > 3 && answer.length - bodyStart >= length) socket.destroy()
    })
    socket.on('close', () => resolve(Buffer.concat(parts).toString()))
    socket.on('error', reject)
  })
}
const close = 'Connection: close\r\n'
const many = (n: number) => Array.from({ length: n }, (_, index) => `X-H${index}: 1\r\n`).join('')

describe('what HTTP itself refuses is a problem too', () => {
  it.each([
    [
      'two Content-Length',
      `POST /api/v1/content HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      400,
    ],
    [
      'Transfer-Encoding and Content-Length',
      `POST /api/v1/content HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
    ],
    [
      'a header of 17 kB',
      `GET /api/v1/content HTTP/1.1\r\nHost: a\r\nX-Big: ${'x'.repeat(17_000)}\r\n\r\n`,
      431,
    ],
    ['no Host', `GET /api/v1/content HTTP/1.1\r\n\r\n`, 400],
    ['not HTTP', `hello there\r\n\r\n`, 400],
    ['an unknown method', `FETCH /api/v1/content HTTP/1.1\r\nHost: a\r\n\r\n`, 400],
  ])('%s', async (_name, request, status) => {
    const answer = await raw(request)
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
    expect(answer).toMatch(/application\/problem\+json/i)
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4))).toMatchObject({ status })
  })

  it.each([
    ['100 headers', `GET /api/v1/content/ids HTTP/1.1\r\nHost: a\r\n${close}${many(100)}\r\n`, 200],
    ['TRACE', `TRACE /api/v1/content/ids HTTP/1.1\r\nHost: a\r\n${close}\r\n`, 405],
    [
      'an absolute address (RFC 9112 has a server take it as its own path)',
      `GET http://other.example/api/v1/content/ids HTTP/1.1\r\nHost: a\r\n${close}\r\n`,
      200,
    ],
    [
      'a path that climbs into another app',
      `GET /api/v1/content/%2e%2e/%2e%2e/%2e%2e/metrics HTTP/1.1\r\nHost: a\r\n${close}\r\n`,
      400,
    ],
  ])('%s', async (_name, request, status) => {
    expect(await raw(request)).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  })

  it('answers 408 to a body that never ends', async () => {
    const answer = await raw(
      `POST /api/v1/content HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${readRun().tokens.editor}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"title":`,
    )
    expect(answer).toMatch(/^HTTP\/1.1 408 /)
    expect(answer).toContain('body_timeout')
  })
})
