import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Limits } from '@marquee/contracts'
import { ApiError, type Caller, contextOf, sendProblem, viewerHeader } from '@marquee/service-kit'
import type { Request, RequestHandler, Response } from 'express'
import type { Identity } from './access/identify.js'
import { requestCost } from './access/request-cost.js'
import type { Forward } from './forwarding/forward.js'
import { readTarget } from './forwarding/request-target.js'
import { destinationOf, isForwarded } from './routes.js'

export interface EdgeOptions {
  cors: RequestHandler
  identify(req: IncomingMessage): Identity | Promise<Identity>
  /** Counts for `identityOf(req).rateKey`. */
  rateLimit: RequestHandler
  forward: Forward
  /** Answers what the gateway composes itself; false when it has no such path. */
  compose(req: IncomingMessage, res: ServerResponse): boolean
  /** Counts what an admitted request takes beyond one. */
  charge(rateKey: string, more: number): void
  limits: Limits
  callerHeader(caller: Caller): string
}

const identityKey = Symbol('marquee.identity')
type Carrier = { [identityKey]?: Identity; originalUrl?: string }

/** Whom the request counts for and acts for; set before the rate limit asks. */
export function identityOf(req: IncomingMessage): Identity {
  const identity = (req as Carrier)[identityKey]
  if (!identity) throw new Error('the request did not come through the edge')
  return identity
}

export function setIdentity(req: IncomingMessage, identity: Identity): void {
  ;(req as Carrier)[identityKey] = identity
}

/**
 * One request to the API, from the outside to whoever answers it: origin, path, identity, limit, then an app or our own endpoint.
 * False when the path is none of the API's. It stands before Express, whose router costs as much as all of this.
 */
export function createEdge(options: EdgeOptions) {
  const { cors, identify, rateLimit, forward, compose } = options
  const refuse = (req: IncomingMessage, res: ServerResponse, error: unknown): void => {
    const problem =
      error instanceof ApiError
        ? error
        : new ApiError('internal', 'Something failed on our side.', { cause: error })
    if (problem.status >= 500) contextOf(req).cause = problem.cause ?? problem
    sendProblem(req, res, problem)
  }

  /** An endpoint of ours sees what an app would see: the canonical target and the signed caller. */
  const composed = (req: IncomingMessage, res: ServerResponse, target: string): void => {
    const { caller } = identityOf(req)
    contextOf(req).caller = caller
    req.headers[viewerHeader] = options.callerHeader(caller)
    req.url = target
    ;(req as Carrier).originalUrl = target
    if (!compose(req, res)) throw nothingAt(target)
  }

  const admitted = (req: IncomingMessage, res: ServerResponse): void => {
    const { caller, rateKey, refusal } = identityOf(req)
    if (refusal) throw refusal
    const { path, query } = readTarget(req.url as string)
    const destination = destinationOf(path)
    if (!destination) throw nothingAt(path)
    options.charge(rateKey, requestCost(destination, req.headers, options.limits) - 1)
    if (isForwarded(destination))
      forward(req, res, { destination, query, caller }, (error) => refuse(req, res, error))
    else composed(req, res, destination.path + query)
  }

  const limited = (req: IncomingMessage, res: ServerResponse, identity: Identity): void => {
    setIdentity(req, identity)
    rateLimit(req as Request, res as Response, (error?: unknown) => {
      if (error) return refuse(req, res, error)
      try {
        admitted(req, res)
      } catch (thrown) {
        refuse(req, res, thrown)
      }
    })
  }

  return (req: IncomingMessage, res: ServerResponse): boolean => {
    if (!(req.url as string).startsWith('/api/'))
      return false
      // What is forwarded may be rewritten; problems and the log tell what was asked.
    ;(req as Carrier).originalUrl = req.url as string
    cors(req as Request, res as Response, (error?: unknown) => {
      if (error) return refuse(req, res, error)
      const identity = identify(req)
      if (!(identity instanceof Promise)) return limited(req, res, identity)
      identity.then(
        (found) => limited(req, res, found),
        (thrown: unknown) => refuse(req, res, thrown),
      )
    })
    return true
  }
}

const nothingAt = (target: string): ApiError =>
  new ApiError('route_not_found', `There is nothing at ${target.slice(0, 200)}.`)
