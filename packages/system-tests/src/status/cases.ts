import { type ProblemCode, world } from '@marquee/contracts'
import type { Role } from '../platform.js'

/** One request and the status that the API promises for it. `code` is the problem's, where it is one. */
export interface Case {
  /** The class of input that this stands for. */
  input: string
  path: string
  method?: string
  as?: Role
  token?: string
  headers?: Record<string, string>
  /** A string is sent as it is, anything else as JSON. */
  body?: unknown
  status: number
  code?: ProblemCode
}

export const published = world.contents.winterTide
export const draft = world.contents.mangoSeason
export const unknownId = '0192ffff-ffff-7fff-bfff-ffffffffffff'
export const nil = '00000000-0000-0000-0000-000000000000'

export const loneSurrogate = '{"title":"a\\ud800b"}'
export const nul = '{"title":"a\\u0000b"}'

/** What is wrong in a path, whatever the operation: `{id}` is a title or an episode. */
export const wrongIds = (prefix: string, suffix: string, method = 'GET', as?: Role): Case[] =>
  (
    [
      ['blank', '%20', 400, 'invalid_request'],
      ['neither UUID nor slug', 'Not_A_Slug!', 400, 'invalid_request'],
      ['upper case slug', 'WINTER-TIDE', 400, 'invalid_request'],
      ['encoded path traversal', '..%2f..%2fops', 400, 'invalid_request'],
      ['broken percent-encoding', '%E0%A4%A', 400, 'invalid_request'],
      ['NUL', 'a%00b', 400, 'invalid_request'],
      ['SQL text', "1'%20OR%20'1'='1", 400, 'invalid_request'],
      ['8 kB', 'a'.repeat(8192), 400, 'invalid_request'],
    ] as const
  ).map(([input, id, status, code]) => ({
    input: `id: ${input}`,
    path: `${prefix}/${id}${suffix}`,
    method,
    as,
    status,
    code,
  }))

/** What is wrong in the query of any list. */
export const wrongQueries = (path: string): Case[] =>
  (
    [
      ['limit 0', 'limit=0'],
      ['limit -1', 'limit=-1'],
      ['limit 1.5', 'limit=1.5'],
      ['limit 1e9', 'limit=1e9'],
      ['limit over the maximum', 'limit=101'],
      ['limit empty', 'limit='],
      ['limit with leading zeros', 'limit=007'],
      ['limit not a number', 'limit=NaN'],
      ['limit repeated', 'limit=1&limit=2'],
      ['unknown parameter', 'nonsense=1'],
      ['2,000 parameters', Array.from({ length: 2000 }, (_, n) => `p${n}=1`).join('&')],
      ['prototype as parameter', '__proto__=1'],
      ['NUL in a value', 'limit=1%00'],
      ['broken percent-encoding', 'limit=%E0%A4%A'],
    ] as const
  ).map(([input, query]) => ({
    input: `query: ${input}`,
    path: `${path}?${query}`,
    status: 400,
    code: 'invalid_request' as const,
  }))

export const wrongCursors = (path: string): Case[] =>
  ['garbage', 'eyJhIjoxfQ.AAAA', '..', `${'A'.repeat(1000)}`].map((cursor) => ({
    input: `cursor: ${cursor.slice(0, 12)}`,
    path: `${path}?cursor=${cursor}`,
    status: 400,
    code: 'invalid_cursor',
  }))

const type = { 'content-type': 'application/json' }

/** What is wrong in a JSON body of an operation, whatever its fields. */
export const wrongBodies = (
  method: string,
  path: string,
  as: Role | undefined,
  headers: Record<string, string> = {},
): Case[] => {
  const send = (input: string, body: unknown, status: number, code: ProblemCode, more = {}): Case => ({
    input: `body: ${input}`,
    method,
    path,
    as,
    headers: { ...type, ...headers, ...more },
    body,
    status,
    code,
  })
  return [
    send('truncated', '{"a":', 400, 'malformed_json'),
    send('not JSON', 'title=x', 400, 'malformed_json'),
    send('null', 'null', 422, 'invalid_body'),
    send('array for object', '[]', 422, 'invalid_body'),
    send('string for object', '"x"', 422, 'invalid_body'),
    send('10,000 deep', `${'['.repeat(10_000)}${']'.repeat(10_000)}`, 422, 'invalid_body'),
    send('unknown field', { nonsense: 1 }, 422, 'invalid_body'),
    send('__proto__ as field', '{"__proto__":{"isAdmin":true}}', 422, 'invalid_body'),
    send('constructor as field', '{"constructor":{}}', 422, 'invalid_body'),
    send('over 1 MB', `{"title":"${'x'.repeat(1_048_577)}"}`, 413, 'body_too_large'),
    send('wrong type', 'x', 415, 'unsupported_media_type', { 'content-type': 'text/plain' }),
    send('UTF-16', '{}', 415, 'unsupported_media_type', {
      'content-type': headers['content-type']
        ? `${headers['content-type']}; charset=utf-16`
        : 'application/json; charset=utf-16',
    }),
    send('compressed', '{}', 415, 'unsupported_media_type', { 'content-encoding': 'gzip' }),
  ]
}

/** What every operation that needs a role answers to those who lack it. */
export const wrongTokens = (
  method: string,
  path: string,
  tooLittle: Role,
  more: Partial<Case> = {},
): Case[] => [
  { input: 'token: none', method, path, status: 401, code: 'unauthenticated', ...more },
  { input: 'token: garbage', method, path, token: 'x.y.z', status: 401, code: 'invalid_token', ...more },
  { input: 'token: without the role', method, path, as: tooLittle, status: 403, code: 'forbidden', ...more },
]

export const json = { 'content-type': 'application/json' }
export const mergePatch = { 'content-type': 'application/merge-patch+json' }
export const anyVersion = { ...mergePatch, 'if-match': '"1.x"' }

export const wrongMethod = (method: string, path: string): Case => ({
  input: `method: ${method}`,
  method,
  path,
  as: 'admin',
  status: 405,
  code: 'method_not_allowed',
})
