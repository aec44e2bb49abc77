import { setTimeout as delay } from 'node:timers/promises'
import { ApiError } from '@marquee/service-kit'

export interface BatchOptions<Item, Result> {
  /** Answers one result per item, in their order. */
  run(key: string, items: Item[]): Promise<Result[]>
  /** At most so many at once. */
  size: number
  /** After so long the caller hears that it failed: what has not begun by then never does, what has begun may yet succeed. */
  patienceMs: number
  /** A failure that is nobody's fault: trying one by one would only take longer. */
  isOutage(error: unknown): boolean
}

interface Waiting<Item, Result> {
  item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}

/**
 * Gathers what comes while earlier work of the same key is under way, and does it together. So who would wait for each other in the
 * database neither holds its connections nor pays for a commit each.
 * @throws ApiError unavailable when it takes too long; what the work throws
 */
export function createBatches<Item, Result>(options: BatchOptions<Item, Result>) {
  const { patienceMs, size } = options
  const queues = new Map<string, Waiting<Item, Result>[]>()

  async function drain(key: string, queue: Waiting<Item, Result>[]): Promise<void> {
    while (queue.length > 0) await runTogether(options, key, queue.splice(0, size))
    queues.delete(key)
  }
  return async (key: string, item: Item): Promise<Result> => {
    const over = new AbortController()
    const queue = queues.get(key)
    const done = new Promise<Result>((resolve, reject) => {
      const own = { item, resolve, reject }
      const giveUp = () => {
        const place = queues.get(key)?.indexOf(own) ?? -1
        if (place >= 0) queues.get(key)?.splice(place, 1)
        reject(new ApiError('unavailable', 'The store takes too long; try again shortly.'))
      }
      delay(patienceMs, undefined, { signal: over.signal }).then(giveUp, () => undefined)
      if (queue) {
        queue.push(own)
      } else {
        const begun = [own]
        queues.set(key, begun)
        void drain(key, begun)
      }
    })
    return await done.finally(() => over.abort())
  }
}

/** Never throws. One that makes the others fail fails alone. */
async function runTogether<Item, Result>(
  options: BatchOptions<Item, Result>,
  key: string,
  batch: Waiting<Item, Result>[],
): Promise<void> {
  try {
    const items = batch.map(({ item }) => item)
    const results = await options.run(key, items)
    for (const [index, { resolve }] of batch.entries()) resolve(results[index]!)
  } catch (error) {
    if (batch.length === 1 || options.isOutage(error)) for (const { reject } of batch) reject(error)
    else for (const one of batch) await runTogether(options, key, [one])
  }
}
