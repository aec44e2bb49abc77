import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import express, { type ErrorRequestHandler, type Express, type RequestHandler, Router } from 'express'
import { ApiError } from './api-error.js'
import { contextOf } from './context.js'
import { startKit } from './kit.fixture.js'

function mount(app: Express) {
  app.get(
    '/app',
    (req, res) =>
      void res.json({ same: req.app === app, type: req.get('X-Thing'), ip: req.ip, path: req.path }),
  )
  app.get('/cookie', (_req, res) => void res.cookie('a', 'b', { httpOnly: true }).type('text').send('set'))
  app.get('/params/:name/*rest', (req, res) => void res.json(req.params))
  app.get('/fails', async () => Promise.reject(new Error('secret inside')))
  app.get('/refuses', () => {
    throw new ApiError('conflict', 'Not now.')
  })
  app.get('/status', (_req, res) => void res.status(202).send('ok'))
  app.use(
    '/mounted',
    Router().get(
      '/inner',
      (req, res) => void res.json({ base: req.baseUrl, url: req.url, original: req.originalUrl }),
    ),
  )
  const sub = express()
  sub.get('/x', (req, res) => void res.json({ sub: req.app === sub }))
  const ownErrors: ErrorRequestHandler = (error, _req, res, _next) =>
    void res.status(418).send(String(error.message))
  app.use('/sub', sub)
  app.use(
    '/own',
    Router().get('/', () => Promise.reject(new Error('mine'))),
    ownErrors,
  )
  app.get('/after-sub', (req, res) => void res.json({ same: req.app === app }))
}

/** What Express promises must hold although Node makes its requests and responses with Express's prototypes. */
describe('the server with aligned prototypes', () => {
  let kit: Awaited<ReturnType<typeof startKit>>
  const seen: unknown[] = []

  beforeAll(async () => {
    const before: RequestHandler[] = [
      (req, res, next) => {
        const { request, response } = req.app as unknown as Record<'request' | 'response', object>
        seen.push(Object.getPrototypeOf(req) === request, Object.getPrototypeOf(res) === response)
        res.setHeader('x-before', 'yes')
        next()
      },
    ]
    kit = await startKit({ before }, mount)
  })
  afterAll(() => kit.service.stop())
  const get = (path: string, headers = {}) => fetch(kit.origin + path, { headers })

  it('makes them so that Express has nothing to change', async () => {
    const set = Object.setPrototypeOf
    let changes = 0
    Object.setPrototypeOf = (target: object, prototype: object | null) => {
      if (Object.getPrototypeOf(target) !== prototype) changes++
      return set(target, prototype)
    }
    try {
      expect((await get('/status')).status).toBe(202)
    } finally {
      Object.setPrototypeOf = set
    }
    expect(changes).toBe(0)
    expect(seen.length).toBeGreaterThan(0)
    expect(seen).not.toContain(false)
  })

  it('req.app, req.get, req.ip, req.path', async () => {
    expect(await (await get('/app?x=1', { 'x-thing': 'y' })).json()).toEqual({
      same: true,
      type: 'y',
      ip: '127.0.0.1',
      path: '/app',
    })
  })

  it('cookies, type and send', async () => {
    const answer = await get('/cookie')
    expect(answer.headers.get('set-cookie')).toBe('a=b; Path=/; HttpOnly')
    expect(answer.headers.get('content-type')).toContain('text/plain')
    expect(answer.headers.get('etag')).toBeNull()
  })

  it('params, with wildcards', async () => {
    expect(await (await get('/params/a%20b/c/d')).json()).toEqual({ name: 'a b', rest: ['c', 'd'] })
  })

  it('a rejected handler and a thrown ApiError reach the error handler', async () => {
    const failed = await get('/fails')
    expect(failed.status).toBe(500)
    expect(await failed.text()).not.toContain('secret inside')
    expect(await (await get('/refuses')).json()).toMatchObject({
      code: 'conflict',
      status: 409,
      detail: 'Not now.',
    })
  })

  it('an error handler of a route comes first', async () => {
    const answer = await get('/own')
    expect({ status: answer.status, text: await answer.text() }).toEqual({ status: 418, text: 'mine' })
  })

  it('404 and bad percent-encoding are problems', async () => {
    expect(await (await get('/nothing')).json()).toMatchObject({
      code: 'route_not_found',
      instance: '/nothing',
    })
    expect((await get('/params/%zz/x')).status).toBe(400)
  })

  it('mounted routers and apps', async () => {
    expect(await (await get('/mounted/inner')).json()).toEqual({
      base: '/mounted',
      url: '/inner',
      original: '/mounted/inner',
    })
    expect(await (await get('/sub/x')).json()).toEqual({ sub: true })
    expect(await (await get('/after-sub')).json()).toEqual({ same: true })
  })

  it('middleware before the endpoints sees them and adds headers', async () => {
    const answer = await get('/things/count')
    expect(answer.headers.get('x-before')).toBe('yes')
    expect(answer.headers.get('x-request-id')).toBeTruthy()
    expect((await get('/things/1', { 'if-none-match': '"1.thing"' })).status).toBe(304)
    expect((await fetch(`${kit.origin}/things/1`, { method: 'DELETE' })).status).toBe(405)
  })

  it('a request that did not come through it has no context', () => {
    expect(() => contextOf({} as never)).toThrow('service server')
  })
})
