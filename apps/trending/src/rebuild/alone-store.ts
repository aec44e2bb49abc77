import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Counters } from '../counters-store.js'

/** A rebuild that was killed stands in the way for so long. */
const deadAfterMs = 6000
const waitMs = 15_000

/** What only one may do at a time; also the key that says so. */
export type Task = 'rebuilding' | 'rebuilding-titles'

/**
 * Runs `work` when nobody else does the same; waits for another for a while.
 * @throws Error in words when another is still at work then
 */
export async function alone<T>(
  counters: Counters,
  task: Task,
  work: (token: string) => Promise<T>,
  options: { waitMs?: number } = {},
): Promise<T> {
  const token = randomUUID()
  const until = performance.now() + (options.waitMs ?? waitMs)
  while ((await counters.run('beginRebuild', task, token, deadAfterMs)) !== 1) {
    if (performance.now() > until)
      throw new Error(
        'Another rebuild or reconciliation is at work. Wait until it is done, then run this again.',
      )
    await delay(100)
  }
  const keep = () => void counters.run('keepRebuild', task, token, deadAfterMs).catch(() => undefined)
  const keeping = setInterval(keep, deadAfterMs / 4)
  try {
    return await work(token)
  } finally {
    clearInterval(keeping)
    await counters.run('finishRebuild', task, token).catch(() => undefined)
  }
}
