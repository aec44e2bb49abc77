import { afterEach, describe, expect, it } from '@jest/globals'
import { startKit } from './kit.fixture.js'

describe('beside the API', () => {
  let kit: Awaited<ReturnType<typeof startKit>>
  afterEach(() => kit.service.stop())
  const get = (path: string, headers = {}) => fetch(kit.origin + path, { headers })

  it('an app is live whatever its dependencies do', async () => {
    kit = await startKit({ readiness: { store: () => Promise.reject(new Error('down')) } })
    const answer = await get('/health/live')
    expect({ status: answer.status, body: await answer.json() }).toEqual({
      status: 200,
      body: { status: 'live' },
    })
  })

  it('is ready when every dependency is, and says which is not, without the cause', async () => {
    let broken = false
    kit = await startKit({
      readiness: {
        store: async () => undefined,
        bus: () => (broken ? Promise.reject(new Error('secret')) : Promise.resolve()),
      },
    })
    expect((await get('/health/ready')).status).toBe(200)
    broken = true
    const answer = await get('/health/ready')
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('1')
    const body = await answer.text()
    expect(JSON.parse(body)).toMatchObject({
      status: 'not_ready',
      dependencies: { store: { state: 'up' }, bus: { state: 'down' } },
    })
    expect(body).not.toContain('secret')
  })

  it('a frozen dependency costs 1.5 s, not for ever', async () => {
    kit = await startKit({ readiness: { frozen: () => new Promise(() => undefined) } })
    const startedAt = performance.now()
    expect((await get('/health/ready')).status).toBe(503)
    expect(performance.now() - startedAt).toBeLessThan(2500)
  })

  it('metrics count by template and are for this machine', async () => {
    kit = await startKit()
    await get('/things/1')
    await get('/things/2')
    await get('/nothing/at/all')
    const text = await (await get('/metrics')).text()
    expect(text).toMatch(
      /marquee_http_requests_total\{method="GET",route="\/things\/\{id\}",status="200",app="fixture"\} 2/,
    )
    expect(text).toMatch(/marquee_http_request_duration_seconds_bucket\{le="0.1".*route="\/things\/\{id\}"/)
    expect(text).toContain('process_resident_memory_bytes')
    expect(text).not.toContain('/nothing')
    for (const header of ['x-forwarded-for', 'forwarded', 'via'])
      expect((await get('/metrics', { [header]: '127.0.0.1' })).status).toBe(403)
  })

  it('the document of the app is served, or the one that is given', async () => {
    kit = await startKit()
    expect(await (await get('/openapi.json')).json()).toMatchObject({
      openapi: '3.1.0',
      paths: { '/things/{id}': {} },
    })
    await kit.service.stop()
    kit = await startKit({ openApi: async () => ({ merged: true }) })
    expect(await (await get('/openapi.json')).json()).toEqual({ merged: true })
  })
})
