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
  /**
   * So many batches of a key may be under way, another beginning once the newest has taken so long: what stands still does not hold up
   * the rest. Left out: one.
   */
  beside?: { most: number; afterMs: number }
}

interface Waiting<Item, Result> {
  item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}

interface Queue<Item, Result> {
  waiting: Waiting<Item, Result>[]
  /** Batches under way. */
  running: number
  /** Whether the newest of them has taken so long that another may begin. */
  late: boolean
}

/**
 * Gathers what comes while earlier work of the same key is under way, and does it together. So who would wait for each other in the
 * database neither holds its connections nor pays for a commit each.
 * @throws ApiError unavailable when it takes too long; what the work throws
 */
export function createBatches<Item, Result>(options: BatchOptions<Item, Result>) {
  const { patienceMs, size, beside = { most: 1, afterMs: patienceMs } } = options
  const queues = new Map<string, Queue<Item, Result>>()

  function begin(key: string, queue: Queue<Item, Result>): void {
    const { waiting, running, late } = queue
    if (waiting.length === 0 || (running > 0 && !(late && running < beside.most))) return
    queue.running += 1
    queue.late = false
    const timer = setTimeout(() => {
      queue.late = true
      begin(key, queue)
    }, beside.afterMs)
    void runTogether(options, key, waiting.splice(0, size)).then(() => {
      clearTimeout(timer)
      queue.running -= 1
      begin(key, queue)
      if (queue.running === 0) queues.delete(key)
    })
  }
  return async (key: string, item: Item): Promise<Result> =>
    await new Promise<Result>((resolve, reject) => {
      const queue = queues.get(key) ?? { waiting: [], running: 0, late: false }
      queues.set(key, queue)
      // Of a promise and an AbortController, as timers/promises has them, each item would cost more than its part of the work.
      const timer = setTimeout(() => {
        const place = queue.waiting.indexOf(own)
        if (place >= 0) queue.waiting.splice(place, 1)
        own.reject(new ApiError('unavailable', 'The store takes too long; try again shortly.'))
      }, patienceMs)
      const own: Waiting<Item, Result> = {
        item,
        resolve(result) {
          clearTimeout(timer)
          resolve(result)
        },
        reject(error) {
          clearTimeout(timer)
          reject(error)
        },
      }
      queue.waiting.push(own)
      begin(key, queue)
    })
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
