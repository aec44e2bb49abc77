import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { ApiError } from '@marquee/service-kit'
import express, { type Request, type RequestHandler, type Router } from 'express'

const assets = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))

/** Styles are inline in Swagger UI itself, and its icons are data; nothing comes from elsewhere. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Marquee API</title>
<link rel="stylesheet" href="/api-docs/swagger-ui.css">
<link rel="icon" type="image/png" href="/api-docs/favicon-32x32.png">
</head>
<body>
<div id="ui"></div>
<script src="/api-docs/swagger-ui-bundle.js"></script>
<script src="/api-docs/start.js"></script>
</body>
</html>
`

/** Runs in the browser. Without a development token the page works as well: the reader pastes one. */
const script = `fetch('/api-docs/token').then((answer) => (answer.ok ? answer.json() : {})).then(({ token }) => {
  const ui = SwaggerUIBundle({
    url: '/openapi.json',
    dom_id: '#ui',
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    persistAuthorization: false,
    validatorUrl: null,
    onComplete: () => token && ui.preauthorizeApiKey('bearer', token),
  })
})
`

const shipped = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png', 'favicon-16x16.png']
const loopbackPeer = /^(?:::ffff:)?127\.|^::1$/
const loopbackHost = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i

/**
 * The development token may go to this page on this machine and nowhere else: not through a proxy, not to another site's script
 * (it is JSON without CORS, and `Sec-Fetch-Site` tells), not to a name that was rebound to this address.
 */
function mayHaveToken(req: Request): boolean {
  const site = req.headers['sec-fetch-site']
  return (
    loopbackPeer.test(req.socket.remoteAddress ?? '') &&
    loopbackHost.test(req.headers.host ?? '') &&
    req.headers['x-forwarded-for'] === undefined &&
    req.headers.forwarded === undefined &&
    (site === undefined || site === 'same-origin')
  )
}

const readToken = async (file: string): Promise<string | undefined> => {
  const { tokens } = JSON.parse(await readFile(file, 'utf8')) as { tokens?: { admin?: string } }
  return tokens?.admin
}

/** @param tokensFile read at each request, since every start makes new tokens; undefined: none is given out */
const answerToken =
  (tokensFile: string | undefined): RequestHandler =>
  async (req, res) => {
    const token =
      tokensFile && mayHaveToken(req) ? await readToken(tokensFile).catch(() => undefined) : undefined
    if (token === undefined) throw new ApiError('route_not_found', 'No development token is given out here.')
    res.setHeader('cache-control', 'no-store')
    res.json({ token })
  }

const text =
  (type: string, body: string): RequestHandler =>
  (_req, res) => {
    res.writeHead(200, {
      'content-type': `${type}; charset=utf-8`,
      'content-length': Buffer.byteLength(body),
    })
    res.end(body)
  }

/** Swagger UI at /api-docs, wholly from this machine. */
export function swaggerUi(tokensFile: string | undefined): Router {
  const router = express.Router({ strict: false })
  router.use((_req, res, next) => {
    res.setHeader('content-security-policy', policy)
    res.setHeader('cross-origin-resource-policy', 'same-origin')
    res.setHeader('referrer-policy', 'no-referrer')
    next()
  })
  router.get('/', text('text/html', page))
  router.get('/start.js', text('text/javascript', script))
  router.get('/token', answerToken(tokensFile))
  const files = express.static(assets, { index: false, maxAge: '1h' })
  router.get(
    shipped.map((name) => `/${name}`),
    (req, res, next) => void files(req, res, next),
  )
  return router
}
