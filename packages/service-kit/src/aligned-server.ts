import { createServer, IncomingMessage, type Server, type ServerOptions, ServerResponse } from 'node:http'
import type { Express } from 'express'

/**
 * Express gives every request and response another prototype (`Object.setPrototypeOf`), which spoils V8's inline caches and is
 * half of its cost (expressjs/express#5998, nodejs/node#37457). Here Node makes them with those prototypes in the first place, so
 * that Express's own call changes nothing. The constructors are functions since the `prototype` of a class cannot be assigned.
 */
export function createAlignedServer(
  app: Express,
  options: ServerOptions,
  onRequest: (req: IncomingMessage, res: ServerResponse) => void,
): Server {
  const request = aligned(IncomingMessage, app.request)
  const response = aligned(ServerResponse, app.response)
  return createServer({ ...options, IncomingMessage: request, ServerResponse: response }, onRequest)
}

function aligned<C extends typeof IncomingMessage | typeof ServerResponse>(base: C, prototype: object): C {
  function Aligned(this: object, ...args: unknown[]) {
    ;(base as unknown as (...args: unknown[]) => void).apply(this, args)
  }
  Aligned.prototype = prototype
  return Aligned as unknown as C
}
