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

describe('the table', () => {
  it('has a row for every operation of the API', async () => {
    const { json } = await api('/openapi.json')
    const operations = Object.entries(json.paths as Record<string, object>).flatMap(([path, item]) =>
      Object.keys(item)
        .filter((method) => ['get', 'post', 'put', 'patch', 'delete'].includes(method))
        .map((method) => `${method.toUpperCase()} ${path}`),
    )
    const listed = Object.keys(table)
    expect(
      operations.filter((operation) => operation.includes('/api/v1/') && !listed.includes(operation)),
    ).toEqual([])
  })
})
