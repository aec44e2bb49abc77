import { describe, expect, it } from '@jest/globals'
import { problemCodes } from '@marquee/contracts'
import { api } from '../checked.js'
import { table } from './table.js'

describe.each(Object.entries(table))('%s', (_operation, cases) => {
  it.each(cases)('$input: $status', async ({ path, status, code, ...ask }) => {
    const answer = await api(path, ask)
    expect([answer.status, answer.json?.code]).toEqual([status, code ?? answer.json?.code])
    if (!code) return
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.json).toMatchObject({
      type: `/problems/${code}`,
      status: problemCodes[code].status,
      requestId: expect.any(String),
    })
    expect(answer.text).not.toMatch(/node_modules|\bat .*\.[jt]s:\d/)
  })
})

interface Response {
  content?: Record<string, { examples?: object }>
}
const methods = ['get', 'post', 'put', 'patch', 'delete']

/** Every operation with its tags and what it documents: codes of problems, and the statuses that are none. */
async function documented() {
  const { json } = await api('/openapi.json')
  return Object.entries(json.paths as Record<string, Record<string, { responses: object; tags: string[] }>>)
    .filter(([path]) => path.includes('/api/v1/'))
    .flatMap(([path, item]) => methods.map((method) => ({ path, method, operation: item[method] })))
    .flatMap(({ path, method, operation }) => {
      const answers = Object.entries<Response>({ ...operation?.responses })
      const codes = answers.flatMap(([, { content }]) =>
        Object.keys(content?.['application/problem+json']?.examples ?? {}),
      )
      const statuses = answers.map(([status]) => Number(status)).filter((status) => status < 300)
      return operation
        ? [{ name: `${method.toUpperCase()} ${path}`, tags: operation.tags, codes, statuses }]
        : []
    })
}

/** Not to be had by one row: they take a broken message, a flood, an outage, or two requests at one time. */
const byOtherTests = new Set([
  'bad_request',
  'header_too_large',
  'body_timeout',
  'rate_limited',
  'internal',
  'unavailable',
  'idempotency_key_in_use',
])

const viewersOwn = new Set(['Viewing', 'Lists', 'People'])

describe('the table', () => {
  it('has rows for every operation of the API', async () => {
    const names = (await documented()).map(({ name }) => name)
    expect(names.filter((name) => !(name in table))).toEqual([])
  })

  it('has a row for every problem and every success of what belongs to a viewer', async () => {
    const own = (await documented()).filter(({ tags }) => viewersOwn.has(tags[0]!))
    expect(own.length).toBeGreaterThan(15)
    const missing = own.flatMap(({ name, codes, statuses }) => {
      const rows = table[name] ?? []
      const wanted = [...codes.filter((code) => !byOtherTests.has(code)), ...statuses]
      return wanted
        .filter((want) => !rows.some(({ code, status }) => want === (code ?? status)))
        .map((want) => `${name}: ${want}`)
    })
    expect(missing).toEqual([])
  })
})
