import type { IncomingMessage } from 'node:http'
import type { Viewer } from '@marquee/contracts'
import { ApiError, type Caller } from '@marquee/service-kit'
import type { Authenticator } from './authenticate.js'
import { clientAddress } from './client-address.js'
import { rateKey } from './rate-limit.js'

/** Who calls, whom the request counts for, and why it is refused if its token is no good. */
export interface Identity {
  caller: Caller
  rateKey: string
  refusal: ApiError | null
}

export interface IdentifyOptions {
  authenticator: Authenticator
  trustedHops: number
  /** See `SharedWindow.isOver`. */
  isOverLimit(rateKey: string): boolean
}

const spentHere = new ApiError(
  'invalid_token',
  'The token was not checked: too many requests from this address.',
)

/**
 * A bad token counts for the address that sends it. An address that is over its limit gets no signature checked: guessing
 * tokens is no way to keep us busy.
 */
export function createIdentify({ authenticator, trustedHops, isOverLimit }: IdentifyOptions) {
  const known = (viewer: Viewer, address: string): Identity => ({
    caller: { viewer, address },
    rateKey: rateKey(viewer.sub, address),
    refusal: null,
  })

  const anonymous = (address: string, refusal: ApiError | null = null): Identity => ({
    caller: { viewer: null, address },
    rateKey: rateKey(undefined, address),
    refusal,
  })

  const check = async (authorization: string, address: string): Promise<Identity> => {
    try {
      return known(await authenticator.verify(authorization), address)
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      return anonymous(address, error)
    }
  }

  const addressOf = (req: IncomingMessage): string =>
    clientAddress(req.socket.remoteAddress, req.headers['x-forwarded-for'], trustedHops)

  return {
    /** For what needs no token: pages, documents. */
    byAddress: (req: IncomingMessage): Identity => anonymous(addressOf(req)),
    identify(req: IncomingMessage): Identity | Promise<Identity> {
      const address = addressOf(req)
      const { authorization } = req.headers
      if (authorization === undefined) return anonymous(address)
      const viewer = authenticator.recall(authorization)
      if (viewer) return known(viewer, address)
      if (isOverLimit(rateKey(undefined, address))) return anonymous(address, spentHere)
      return check(authorization, address)
    },
  }
}
