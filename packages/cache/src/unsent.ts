import type { Connection } from './connection.js'

const remembered = 10_000
const retryEveryMs = 250
const portion = 500

/**
 * Invalidations that did not reach the cache. Their ids are not read from it until they were sent again; with too many of them
 * the whole namespace is not read until it was flushed.
 */
export function createUnsent(
  connection: Connection,
  send: (ids: string[]) => Promise<boolean>,
  flush: () => Promise<boolean>,
) {
  const ids = new Map<string, number>()
  let all = false
  let sequence = 0
  let timer: NodeJS.Timeout | undefined

  const retry = async () => {
    timer = undefined
    if (!connection.isDown()) await resend()
    if (all || ids.size > 0) schedule()
  }
  const resend = async () => {
    if (all) {
      const before = sequence
      if (await flush()) {
        all = sequence !== before
        ids.clear()
      }
      return
    }
    const now = [...ids].slice(0, portion)
    if (!(await send(now.map(([id]) => id)))) return
    // One that failed again meanwhile stays.
    for (const [id, number] of now) if (ids.get(id) === number) ids.delete(id)
  }
  const schedule = () => {
    timer ??= setTimeout(() => void retry(), retryEveryMs).unref()
  }

  return {
    add(failed: string[]) {
      sequence += 1
      for (const id of failed) ids.set(id, sequence)
      if (ids.size > remembered) all = true
      if (all) ids.clear()
      schedule()
    },
    has: (id: string): boolean => all || (ids.size > 0 && ids.has(id)),
    close: () => clearTimeout(timer),
  }
}
