import { once } from 'node:events'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { post, raw, startKit } from './kit.fixture.js'

describe('a body', () => {
  let kit: Awaited<ReturnType<typeof startKit>>
  beforeAll(async () => {
    kit = await startKit()
  })
  afterAll(() => kit.service.stop())

  const utf16 = Buffer.from('\uFEFF{"name":"x"}', 'utf16le')
  const cases: [name: string, request: Buffer, status: number, code: string | null, pointer?: string][] = [
    ['as declared', post('{"name":"x"}'), 200, null],
    ['with a byte order mark', post('\uFEFF{"name":"x"}'), 200, null],
    ['with duplicate keys: the last wins', post('{"name":"a","name":"x"}'), 200, null],
    ['with odd but valid text', post('{"name":"😀 ‮<script>\' OR 1=1"}'), 200, null],
    [
      'with quoted charset in capitals',
      post('{"name":"x"}', { 'content-type': 'Application/JSON; charset="UTF-8"' }),
      200,
      null,
    ],
    ['empty', post(''), 400, 'malformed_json'],
    ['truncated', post('{"name":"x'), 400, 'malformed_json'],
    ['not UTF-8', post(Buffer.from([0x22, 0xc3, 0x28, 0x22])), 400, 'malformed_json'],
    ['a literal NUL', post('{"name":"\0"}'), 400, 'malformed_json'],
    ['null', post('null'), 422, 'invalid_body', ''],
    ['an array', post('[]'), 422, 'invalid_body', ''],
    ['an unknown field', post('{"name":"x","role":"admin"}'), 422, 'invalid_body', '/role'],
    ['a __proto__ key', post('{"name":"x","__proto__":{"n":1}}'), 422, 'invalid_body', '/__proto__'],
    ['a constructor key', post('{"name":"x","constructor":{"n":1}}'), 422, 'invalid_body', '/constructor'],
    ['an escaped NUL', post('{"name":"a\\u0000b"}'), 422, 'invalid_body', '/name'],
    ['half a surrogate pair', post('{"name":"a\\ud800b"}'), 422, 'invalid_body', '/name'],
    ['half a surrogate pair in a name', post('{"name":"x","\\ud800":1}'), 422, 'invalid_body', ''],
    ['a number beyond the range', post('{"name":"x","n":1e400}'), 422, 'invalid_body', '/n'],
    [
      'a string over the limit',
      post(JSON.stringify({ name: 'x'.repeat(201) })),
      422,
      'invalid_body',
      '/name',
    ],
    ['a fault far inside', post('{"name":"x","inner":{"a":1}}'), 422, 'invalid_body', '/inner/a'],
    ['4,000 deep', post(`{"name":${'['.repeat(4000)}${']'.repeat(4000)}}`), 422, 'invalid_body'],
    [
      '__proto__ where any name is free',
      post('{"__proto__":{"n":1}}', {}, '/optional'),
      422,
      'invalid_body',
      '/__proto__',
    ],
    ['1e400 where anything is free', post('{"a":[1,-1e400]}', {}, '/optional'), 422, 'invalid_body', '/a/1'],
    ['64 deep', post(`{"a":${'['.repeat(63)}"]]]]]"${']'.repeat(63)}}`, {}, '/optional'), 200, null],
    ['65 deep', post(`{"a":${'['.repeat(64)}${']'.repeat(64)}}`, {}, '/optional'), 422, 'invalid_body', ''],
    ['brackets in strings only', post(`{"a":"\\\\\\"${'['.repeat(100)}"}`, {}, '/optional'), 200, null],
    ['no content type', post('{"name":"x"}', { 'content-type': '' }), 415, 'unsupported_media_type'],
    [
      'another content type',
      post('{"name":"x"}', { 'content-type': 'text/plain' }),
      415,
      'unsupported_media_type',
    ],
    [
      'another charset',
      post(utf16, { 'content-type': 'application/json; charset=utf-16' }),
      415,
      'unsupported_media_type',
    ],
    [
      'compressed',
      post(gzipSync('{"name":"x"}'), { 'content-encoding': 'gzip' }),
      415,
      'unsupported_media_type',
    ],
    ['announced too large', post('{', { 'content-length': '10001' }), 413, 'body_too_large'],
    ['sent too large', post(JSON.stringify({ name: 'x'.repeat(10_000) })), 413, 'body_too_large'],
    ['never complete', post('{"name":', { 'content-length': '100' }), 408, 'body_timeout'],
  ]
  it.each(cases)('%s', async (_name, request, status, code, pointer: string | undefined = undefined) => {
    const answer = await kit.raw(request)
    expect(answer.status).toBe(status)
    if (code === null) return
    const problem = JSON.parse(answer.body)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(problem).toMatchObject({ type: `/problems/${code}`, code, status })
    expect(problem.requestId).toBe(answer.headers['x-request-id'])
    if (pointer !== undefined)
      expect(problem.errors.map((e: { pointer: string }) => e.pointer)).toContain(pointer)
  })

  it('with a long unknown name gets a short answer', async () => {
    const answer = await kit.raw(post(JSON.stringify({ name: 'x', ['y'.repeat(5000)]: 1 })))
    expect(answer.status).toBe(422)
    expect(answer.body.length).toBeLessThan(600)
  })

  it('keeps text exactly and takes the last of duplicate keys', async () => {
    const name = 'é e\u0301 \u200f<b>'
    const answer = await fetch(`${kit.origin}/things`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: `{"name":"first","name":${JSON.stringify(name)}}`,
    })
    expect(await answer.json()).toEqual({ name })
  })

  it('in chunks without end is refused with 413, and the connection ends', async () => {
    const socket = connect(kit.port, '127.0.0.1')
    await once(socket, 'connect')
    socket.write(
      'POST /things HTTP/1.1\r\nHost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
    )
    const chunk = `1000\r\n${'x'.repeat(4096)}\r\n`
    for (let i = 0; i < 4; i++) socket.write(chunk)
    const [first] = (await once(socket, 'data')) as [Buffer]
    expect(first.toString()).toMatch(/^HTTP\/1.1 413 .*\r\nconnection: close/is)
    socket.on('error', () => undefined).resume()
    await once(socket, 'close')
  })

  it('may be left out where the schema says so, and only there', async () => {
    const without = (path: string) => fetch(kit.origin + path, { method: 'POST' })
    expect(await (await without('/optional')).json()).toEqual({ body: null })
    expect((await without('/things')).status).toBe(400)
    const wrong = await fetch(`${kit.origin}/optional`, {
      method: 'POST',
      body: 'null',
      headers: { 'content-type': 'application/json' },
    })
    expect(wrong.status).toBe(422)
  })

  it.each(['application/merge-patch+json', 'application/json'])(
    'of a merge patch is taken as %s',
    async (type) => {
      const patched = await fetch(`${kit.origin}/things/1`, {
        method: 'PATCH',
        body: '{"name":"x"}',
        headers: { 'content-type': type },
      })
      expect(await patched.json()).toEqual({ name: 'x' })
      const plain = await raw(
        kit.port,
        post('{"name":"x"}', { 'content-type': 'application/merge-patch+json' }),
      )
      expect(plain.status).toBe(415)
    },
  )

  it('that is refused early leaves the service answering', async () => {
    expect((await fetch(`${kit.origin}/things/count`)).status).toBe(200)
  })
})
