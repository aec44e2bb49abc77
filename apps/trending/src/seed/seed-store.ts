import { parse as uuidBytes } from 'uuid'
import type { Counters } from '../counters-store.js'
import { keptHours } from '../ranking/prepare.js'
import { viewEventTail } from '../views/view-store.js'
import { type SeedPlan, type SeedView, seedViews } from './seed-views.js'

/** 500 views are about 10 ms of Redis: nobody waits long behind a seed. */
const batchSize = 500

/**
 * Counts made-up views of the past with the effects of live ones, outbox entries included. Batches are remembered by name and number
 * for ever, so that a second run, also of a run that was killed, counts only what is missing. Answers how many were new.
 */
export async function seedCounters(
  counters: Counters,
  plan: SeedPlan,
  progress: (done: number) => void = () => undefined,
): Promise<number> {
  const name = `${plan.seed}:${plan.views}:${plan.days}`
  let counted = 0
  let done = 0
  let batch: SeedView[] = []
  const flush = async (number: number) => {
    counted += (await counters.run(
      'seedViews',
      name,
      number,
      keptHours / 24,
      ...batch.flatMap(argumentsOf),
    )) as number
    done += batch.length
    batch = []
    progress(done)
  }
  for (const view of seedViews(plan)) {
    batch.push(view)
    if (batch.length === batchSize) await flush(done / batchSize)
  }
  if (batch.length > 0) await flush(Math.floor(done / batchSize))
  return counted
}

const argumentsOf = ({ contentId, ms, eventId, viewer, ranked }: SeedView) => [
  contentId,
  ms,
  eventId,
  Buffer.from(uuidBytes(eventId)),
  viewer,
  ranked ? '1' : '0',
  viewEventTail(viewer, {}),
]

/** The counters' own time, which every view is counted by. */
export async function countersTime({ redis }: Counters): Promise<number> {
  const [seconds, micros] = await redis.time()
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}
