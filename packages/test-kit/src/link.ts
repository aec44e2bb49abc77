import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

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
  /** Half-open: takes connections and bytes, and nothing goes through in either direction. */
  swallow(): void
  /** Refuses connections, and resets those that are open. */
  close(): void
  /** As good as a wire again. */
  mend(): void
  /** Bytes that were held back, delayed or thrown away so far. */
  hindered(): number
  end(): Promise<void>
}

/** Opens a link to `127.0.0.1:<target>`; on `port`, or on a free one. */
export async function openLink(target: number, port = 0): Promise<Link> {
  const pairs = new Set<[Socket, Socket]>()
  const state = { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, swallow: false, closed: false }
  let hindered = 0

  function carry(from: Socket, to: Socket): void {
    let free = 0
    from.on('data', (bytes: Buffer) => {
      if (state.swallow) {
        hindered += bytes.length
        return
      }
      const now = performance.now()
      const takes = (bytes.length / state.bytesPerSecond) * 1000
      const at = Math.max(now, free) + takes
      const wait = at + state.delayMs - now
      if (wait < 1 && free <= now) return void to.write(bytes)
      free = at
      hindered += bytes.length
      setTimeout(() => to.writable && to.write(bytes), wait)
    })
    from.on('error', () => to.destroy())
    from.on('close', () => to.destroy())
  }

  const server = createServer((near) => {
    if (state.closed) return void near.resetAndDestroy()
    const far = connect(target, '127.0.0.1')
    for (const socket of [near, far]) socket.setNoDelay(true)
    const pair: [Socket, Socket] = [near, far]
    pairs.add(pair)
    near.once('close', () => pairs.delete(pair))
    carry(near, far)
    carry(far, near)
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')

  const reset = () => {
    for (const socket of [...pairs].flat()) socket.resetAndDestroy()
  }
  const mended = { delayMs: 0, bytesPerSecond: Number.POSITIVE_INFINITY, swallow: false, closed: false }
  return {
    port: (server.address() as AddressInfo).port,
    slow(ms) {
      state.delayMs = ms
    },
    narrow(bytesPerSecond) {
      state.bytesPerSecond = bytesPerSecond
    },
    reset,
    swallow() {
      state.swallow = true
    },
    close() {
      state.closed = true
      reset()
    },
    mend() {
      // What was swallowed is missing from its stream: those connections are of no use to anybody.
      if (state.swallow) reset()
      Object.assign(state, mended)
    },
    hindered: () => hindered,
    async end() {
      reset()
      server.close()
      await once(server, 'close')
    },
  }
}
