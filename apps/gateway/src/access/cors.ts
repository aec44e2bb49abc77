import cors from 'cors'
import type { RequestHandler } from 'express'

/**
 * CORS for the listed origins only; without credentials, since callers identify themselves by a header.
 * A page of another origin gets an answer that its browser will not show it.
 */
export function createCors(origins: string[]): RequestHandler {
  const allowed = cors({
    origin: origins,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'If-Match',
      'If-None-Match',
      'Traceparent',
      'X-Request-Id',
    ],
    exposedHeaders: [
      'ETag',
      'Link',
      'Location',
      'RateLimit',
      'RateLimit-Policy',
      'Retry-After',
      'X-Request-Id',
    ],
    maxAge: 600,
  })
  return (req, res, next) => {
    // Caches must tell origins apart even by the answer to a request that named none.
    if (req.headers.origin === undefined) {
      if (origins.length > 0) res.setHeader('vary', 'Origin')
      next()
      return
    }
    // The library takes every OPTIONS for a preflight; a plain one asks for the methods of a path.
    if (req.method === 'OPTIONS' && req.headers['access-control-request-method'] === undefined) {
      next()
      return
    }
    allowed(req, res, next)
  }
}
