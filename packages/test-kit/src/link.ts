import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, Socket } from 'node:net'
import { type Conditions, carry, type Direction } from './carry.js'

/** A way to a server that can be made bad. Settings hold for connections that are open and for those to come. */
export interface Link {
  /** The port that clients use. */
  port: number
  /** Milliseconds that bytes take in each direction. */
  slow(ms: number): void
  /** Bytes a second in each direction. */
  narrow(bytesPerSecond: number): void
  /** Resets every open connection. */
  reset(): void
  /** Half-open: takes connections and bytes, and nothing goes through in either direction, not even that a side is gone. */
  swallow(): void
  /** Refuses connections, and resets those that are open. */
  close(): void
  /** As good as a wire again: what was delayed arrives now. What was swallowed is lost, so those connections are reset. */
  mend(): void
  /** Bytes that were held back, delayed or thrown away so far. */
  hindered(): number
  end(): Promise<void>
}

const good: Omit<Conditions, 'hindered'> = {
  delayMs: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  swallow: false,
}
const lookEveryMs = 20

interface Pair {
  reset(): void
  directions: Direction[]
}

/**
 * Opens a link to `127.0.0.1:<target>`; on `port`, or on a free one. Like the server itself it refuses connections while nobody
 * listens at the target.
 */
export async function openLink(target: number, port = 0): Promise<Link> {
  const pairs = new Set<Pair>()
  const conditions: Conditions = { ...good, hindered: 0 }
  let closed = false

  const door = openDoor((near) => {
    if (closed) return void near.resetAndDestroy()
    const pair = pairUp(near, conditions.swallow ? undefined : reach(target), conditions, () => look())
    pairs.add(pair)
    near.once('close', () => {
      // While bytes are swallowed the other side does not learn of it.
      if (!conditions.swallow) pairs.delete(pair)
    })
  })
  await door.open(port)
  const look = looker(target, door, () => closed)

  const reset = () => {
    for (const pair of pairs) pair.reset()
    pairs.clear()
  }
  return {
    port: door.port(),
    slow(ms) {
      conditions.delayMs = ms
    },
    narrow(bytesPerSecond) {
      conditions.bytesPerSecond = bytesPerSecond
    },
    reset,
    swallow() {
      conditions.swallow = true
    },
    close() {
      closed = true
      door.shut()
      reset()
    },
    mend() {
      if (conditions.swallow) reset()
      Object.assign(conditions, good)
      for (const { directions } of pairs) for (const direction of directions) direction.hurry()
      if (closed) {
        closed = false
        look()
      }
    },
    hindered: () => conditions.hindered,
    async end() {
      closed = true
      await door.end(reset)
    },
  }
}

const reach = (target: number): Socket =>
  connect({ port: target, host: '127.0.0.1', noDelay: true, allowHalfOpen: true })

/** `far` is left out where nothing shall go through anyway: the server is spared a client that never speaks. */
function pairUp(near: Socket, far: Socket | undefined, conditions: Conditions, onLost: () => void): Pair {
  const other = far ?? new Socket({ allowHalfOpen: true })
  other.once('error', onLost)
  const directions = [carry(near, other, conditions), carry(other, near, conditions)]
  return {
    directions,
    reset() {
      near.resetAndDestroy()
      other.resetAndDestroy()
    },
  }
}

/** A listener that can go and come back on the same port. */
function openDoor(onConnection: (near: Socket) => void) {
  let port = 0
  let server: Server | undefined
  const open = async (wanted: number) => {
    const next = createServer({ noDelay: true, allowHalfOpen: true }, onConnection)
    next.listen(wanted, '127.0.0.1')
    await once(next, 'listening')
    server = next
    port = (next.address() as AddressInfo).port
  }
  return {
    open,
    port: () => port,
    isOpen: () => server !== undefined,
    shut() {
      server?.close()
      server = undefined
    },
    async end(reset: () => void) {
      const last = server
      server = undefined
      const over = last && once(last, 'close')
      last?.close()
      reset()
      await over
    },
  }
}

/** Shuts the door while nobody listens at the target. */
function looker(target: number, door: ReturnType<typeof openDoor>, closed: () => boolean) {
  let looking = false
  const listens = () =>
    new Promise<boolean>((resolve) => {
      const socket = connect(target, '127.0.0.1')
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
      socket.once('connect', () => socket.destroy())
    })
  const again = async () => {
    if (closed()) return
    if (!(await listens())) {
      door.shut()
    } else if (door.isOpen()) {
      return
    } else if (!closed()) {
      // Somebody's outgoing connection may have the port for a moment.
      await door.open(door.port()).catch(() => undefined)
      if (closed()) door.shut()
      if (door.isOpen()) return
    }
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
    await again()
  }
  return () => {
    if (looking) return
    looking = true
    void again().finally(() => {
      looking = false
    })
  }
}
