import type { Counters } from '../counters-store.js'
import { keptHours } from '../ranking/prepare.js'
import { viewEventTail } from '../views/view-store.js'
import { type SeedPlan, type SeedView, seedViews } from './seed-views.js'

/** 500 views are about 10 ms of Redis: nobody waits long behind a seed. The next batch is on its way while one is counted. */
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
  let number = 0
  let underWay: Promise<void> = Promise.resolve()
  for (const batch of batches(seedViews(plan))) {
    const before = underWay
    const counting = counters.run('seedViews', name, number++, keptHours / 24, batch.flatMap(argumentsOf))
    underWay = counting.then((fresh) => {
      counted += fresh as number
      done += batch.length
      progress(done)
    })
    underWay.catch(() => undefined)
    await before
  }
  await underWay
  return counted
}

function* batches(views: Iterable<SeedView>): Generator<SeedView[]> {
  let batch: SeedView[] = []
  for (const view of views) {
    batch.push(view)
    if (batch.length < batchSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

const argumentsOf = ({ contentId, ms, eventId, viewer, ranked }: SeedView) => [
  contentId,
  ms,
  eventId,
  viewer,
  ranked ? '1' : '0',
  viewEventTail(viewer, {}),
]

/** The counters' own time, which every view is counted by. */
export async function countersTime({ redis }: Counters): Promise<number> {
  const [seconds, micros] = await redis.time()
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}
