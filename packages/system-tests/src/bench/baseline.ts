import http from 'node:http'
import { defaultLimits } from '@marquee/contracts'
import { createLogger, createService, json } from '@marquee/service-kit'
import { incrementViews } from '@marquee/trending/increment-views'
import express from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'

/*
 * The other side of each comparison, a process of its own: `node baseline.js <kind>` with its settings on stdin as JSON; it tells its
 * port to the parent.
 */
interface Settings {
  /** The bytes and headers that the service answered, for the servers that hand them out again. */
  body: string
  headers: Record<string, string>
  target: string
}

const ready = (port: number) => process.send?.({ port })
const listening = (server: http.Server) =>
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address && typeof address === 'object') ready(address.port)
  })

const kinds: Record<string, (settings: Settings) => unknown> = {
  /** Node's own server with finished bytes. */
  bare({ body, headers }) {
    const bytes = Buffer.from(body)
    const fixed = { ...headers, 'content-length': bytes.length }
    return listening(http.createServer((_req, res) => res.writeHead(200, fixed).end(bytes)))
  },
  /** Express as it ships: `res.json` of a parsed value, no I/O. */
  express({ body }) {
    const value = JSON.parse(body)
    const app = express()
    app.get('/*path', (_req, res) => {
      res.json(value)
    })
    return listening(http.createServer(app))
  },
  /** Express as it ships with http-proxy-middleware and a keep-alive agent. */
  proxy({ target }) {
    const app = express()
    app.use(createProxyMiddleware({ target, agent: new http.Agent({ keepAlive: true }) }))
    return listening(http.createServer(app))
  },
  /** The endpoint that counts views, its checks and its answer, without Redis. */
  async views() {
    const real = incrementViews({} as Parameters<typeof incrementViews>[0])
    const service = createService({
      name: 'views-without-redis',
      log: createLogger('views-without-redis', 'silent'),
      host: '127.0.0.1',
      port: 0,
      internalKey: '00'.repeat(32),
      limits: defaultLimits,
      readiness: {},
      endpoints: [
        {
          ...real,
          handle: ({ params }) =>
            json(
              200,
              { contentId: (params as { id: string }).id, counted: true, totalViews: 1, dayViews: 1 },
              { 'cache-control': 'no-store' },
            ),
        },
      ],
    })
    ready((await service.listen()).port)
  },
}

process.once('message', (settings: Settings) => void kinds[process.argv[2] ?? '']?.(settings))
process.on('disconnect', () => process.exit())
