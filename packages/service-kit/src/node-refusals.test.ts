import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startKit } from './kit.fixture.js'

describe('what Node refuses by itself', () => {
  let kit: Awaited<ReturnType<typeof startKit>>
  beforeAll(async () => {
    kit = await startKit()
  })
  afterAll(() => kit.service.stop())

  const head = 'POST /things HTTP/1.1\r\nHost: x\r\ncontent-type: application/json\r\n'
  const cases: [name: string, request: string, status: number, code: string][] = [
    [
      'headers over the limit',
      `GET / HTTP/1.1\r\nHost: x\r\nx: ${'y'.repeat(17_000)}\r\n\r\n`,
      431,
      'header_too_large',
    ],
    ['two Content-Length', `${head}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`, 400, 'bad_request'],
    [
      'Content-Length and Transfer-Encoding',
      `${head}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
      400,
      'bad_request',
    ],
    ['a bad chunk', `${head}transfer-encoding: chunked\r\n\r\nzz\r\n`, 400, 'bad_request'],
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'bad_request'],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: x\r\nx: a\0b\r\n\r\n', 400, 'bad_request'],
    ['no Host', 'GET /things/count HTTP/1.1\r\n\r\n', 400, 'bad_request'],
    ['a malformed Host', 'GET /things/count HTTP/1.1\r\nHost: a b\r\n\r\n', 400, 'bad_request'],
    ['a strange target', 'GET things HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'bad_request'],
    [
      'an expectation we do not know',
      'GET /things/count HTTP/1.1\r\nHost: x\r\nExpect: magic\r\n\r\n',
      400,
      'bad_request',
    ],
    ['a head that never ends', 'GET / HTTP/1.1\r\nHost: x\r\n', 408, 'body_timeout'],
  ]
  it.each(cases)('%s is a problem', async (_name, request, status, code) => {
    const answer = await kit.raw(request)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    const problem = JSON.parse(answer.body)
    expect(problem).toMatchObject({ type: `/problems/${code}`, code, status })
    expect(problem.requestId).toBe(answer.headers['x-request-id'])
  })

  it('leaves the service answering, with a line in the log for each', async () => {
    expect((await fetch(`${kit.origin}/things/count`)).status).toBe(200)
    expect(kit.lines.filter((line) => line.msg === 'refused before it was a request').length).toBeGreaterThan(
      4,
    )
  })
})
