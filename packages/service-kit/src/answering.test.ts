import { afterAll, describe, expect, it } from '@jest/globals'
import { defaultLimits } from '@marquee/contracts'
import { arm, disarmAll, isArmed } from '@marquee/faults/testing'
import { request } from 'undici'
import type { Endpoint } from './endpoint.js'
import { createService, json, silentLogger } from './index.js'

const effects: string[] = []
const about = {
  operationId: 'x',
  summary: 'x',
  description: 'x',
  tag: 'x',
  access: 'public',
  responses: {},
} as const
const answering = (method: 'GET' | 'POST', path: `/${string}`, status: number): Endpoint => ({
  ...about,
  method,
  path,
  handle() {
    effects.push(path)
    return json(status, {})
  },
})
const service = createService({
  name: 'test',
  log: silentLogger,
  host: '127.0.0.1',
  port: 0,
  internalKey: '00'.repeat(32),
  limits: defaultLimits,
  readiness: {},
  endpoints: [
    answering('GET', '/read', 200),
    answering('POST', '/refused', 409),
    answering('POST', '/write', 201),
  ],
})
const { port } = await service.listen()
afterAll(async () => {
  await service.stop()
  disarmAll()
})
const status = async (method: 'GET' | 'POST', path: string) => {
  const { statusCode, body } = await request(`http://127.0.0.1:${port}${path}`, { method })
  await body.dump()
  return statusCode
}

describe('the fail point of an answer', () => {
  it('stands behind a write that had its effect, and nowhere else', async () => {
    arm('request.answering', { action: 'throw' })
    expect([await status('GET', '/read'), await status('POST', '/refused')]).toEqual([200, 409])
    expect(isArmed('request.answering')).toBe(true)
    expect(await status('POST', '/write')).toBe(500)
    expect(isArmed('request.answering')).toBe(false)
    expect(await status('POST', '/write')).toBe(201)
    expect(effects).toEqual(['/read', '/refused', '/write', '/write'])
  })
})
