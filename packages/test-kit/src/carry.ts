import type { Socket } from 'node:net'

/** How good a link is now; what is carried is counted where it is hindered. */
export interface Conditions {
  delayMs: number
  bytesPerSecond: number
  swallow: boolean
  hindered: number
}

export interface Direction {
  /** What waits arrives now. */
  hurry(): void
}

/** A link holds so many bytes; then its sender feels that it is slow. */
const onTheWay = 65_536

/** Carries one direction of a connection: bytes in their order, and the end of a stream behind its bytes. */
export function carry(from: Socket, to: Socket, conditions: Conditions): Direction {
  const queue: { at: number; bytes: Buffer | null }[] = []
  let waiting = 0
  let free = 0
  let ended = false
  let timer: NodeJS.Timeout | undefined

  const deliver = (bytes: Buffer | null) => {
    if (!to.writable) return
    if (bytes === null) to.end()
    else if (!to.write(bytes)) from.pause()
  }
  const pump = (now = performance.now()) => {
    clearTimeout(timer)
    timer = undefined
    for (let first = queue[0]; first && first.at <= now; first = queue[0]) {
      queue.shift()
      waiting -= first.bytes?.length ?? 0
      deliver(first.bytes)
    }
    if (queue[0]) timer = setTimeout(pump, queue[0].at - performance.now())
    if (waiting < onTheWay && !to.writableNeedDrain) from.resume()
  }
  const take = (bytes: Buffer | null) => {
    if (conditions.swallow) {
      conditions.hindered += bytes?.length ?? 0
      return
    }
    const now = performance.now()
    free = Math.max(now, free) + ((bytes?.length ?? 0) / conditions.bytesPerSecond) * 1000
    const at = free + conditions.delayMs
    // Nothing overtakes what waits, also when the link has become better meanwhile.
    if (at - now < 1 && queue.length === 0) return deliver(bytes)
    conditions.hindered += bytes?.length ?? 0
    waiting += bytes?.length ?? 0
    queue.push({ at: Math.max(at, queue.at(-1)?.at ?? 0), bytes })
    if (waiting >= onTheWay) from.pause()
    timer ??= setTimeout(pump, at - now)
  }

  from.on('data', take)
  from.on('end', () => {
    ended = true
    take(null)
  })
  from.on('error', () => {})
  from.on('close', () => {
    if (!ended && !conditions.swallow) to.resetAndDestroy()
  })
  to.on('drain', () => {
    if (waiting < onTheWay) from.resume()
  })
  return { hurry: () => pump(Number.POSITIVE_INFINITY) }
}
