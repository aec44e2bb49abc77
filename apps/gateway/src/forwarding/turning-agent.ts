import { Agent, type ClientRequest } from 'node:http'
import { connect, type Socket } from 'node:net'
import { ApiError, type Turn } from '@marquee/service-kit'
import type { Upstream } from './upstream.js'

type Connected = (error: Error | null, socket?: Socket) => void

const turns = new WeakMap<Socket, Turn>()
/** The attempt that a request is part of, once there is a connection. */
export const turnOf = (outgoing: ClientRequest | undefined): Turn | undefined =>
  outgoing?.socket ? turns.get(outgoing.socket) : undefined

/**
 * Connects each request to whichever instance has its turn, and to the next when that one refuses: Node holds the body back until there
 * is a connection, so that a body which can be read but once goes to who is there. No connection is kept: a kept one would belong to an
 * instance that may not be well any more, and the requests of this lane are few and large.
 */
export function createTurningAgent(upstream: Upstream): Agent {
  const agent = new Agent({ keepAlive: false, maxSockets: 128 })
  const own = agent as unknown as { createConnection(options: object, connected: Connected): undefined }
  own.createConnection = (_options, connected) => {
    const first = upstream.pick()
    if (first) connectInTurn(upstream, first, connected)
    else connected(new ApiError('unavailable', `The ${upstream.name} service was silent lately.`))
    return undefined
  }
  return agent
}

function connectInTurn(upstream: Upstream, turn: Turn, connected: Connected): void {
  const { hostname, port } = new URL(upstream.origins[turn.index] as string)
  const socket = connect({ host: hostname, port: Number(port || 80), noDelay: true })
  const timeoutMs = Math.min(upstream.timeoutMs, 2000)
  const refused = (error: Error): void => {
    clearTimeout(timer)
    socket.destroy()
    const next = turn.next('refused', 0)
    if (next) connectInTurn(upstream, next, connected)
    else connected(error)
  }
  const timer = setTimeout(() => refused(new Error(`no connection in ${timeoutMs} ms`)), timeoutMs)
  socket.once('error', refused).once('connect', () => {
    clearTimeout(timer)
    socket.off('error', refused)
    turns.set(socket, turn)
    // For a request that nobody wants any more, and so ends its turn in no other way.
    socket.once('close', () => turn.end('left'))
    connected(null, socket)
  })
}
