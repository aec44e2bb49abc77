import { createHash } from 'node:crypto'
import { idAt, seededRandom, shuffled, zipf } from '@marquee/seed'

/** What to make up: `views` views of `ids` within `days` before `endMs`. The same plan gives the same views. */
export interface SeedPlan {
  seed: number
  views: number
  days: number
  /** Sorted, so that the order they came in does not matter. */
  ids: readonly string[]
  endMs: number
}
export interface SeedView {
  contentId: string
  ms: number
  eventId: string
  viewer: string
  /** Whether it counts for the ranking: the viewer's first of this title in 30 min. */
  ranked: boolean
}

const viewerWindowMs = 1_800_000
const dayMs = 86_400_000

/** Views in the order of time. Most people watch in their evening, few titles get most of the views, few people watch most. */
export function* seedViews(plan: SeedPlan): Generator<SeedView> {
  const random = seededRandom(plan.seed)
  const titles = shuffled([...plan.ids].sort(), random)
  const drawTitle = zipf(titles.length, 1.05, random)
  const pool = Math.max(20, Math.ceil(plan.views / 15))
  const viewers = Array.from({ length: pool }, (_, index) =>
    createHash('sha256').update(`seed ${plan.seed} viewer ${index}`).digest('base64url').slice(0, 16),
  )
  const lastRanked = new Map<string, number>()

  for (const ms of instants(plan, random)) {
    const contentId = titles[drawTitle()]!
    const person = Math.floor(pool * random() ** 2)
    const pair = `${contentId} ${person}`
    const ranked = ms - (lastRanked.get(pair) ?? Number.NEGATIVE_INFINITY) >= viewerWindowMs
    if (ranked) lastRanked.set(pair, ms)
    yield { contentId, ms, eventId: idAt(ms, random), viewer: viewers[person]!, ranked }
  }
}

/** Sorted instants: half of them anywhere, half drawn to the evening (UTC) of their day. */
function instants({ views, days, endMs }: SeedPlan, random: () => number): Float64Array {
  const times = new Float64Array(views)
  const start = endMs - days * dayMs
  for (let i = 0; i < views; i++) {
    const anywhere = start + random() * days * dayMs
    const evening = Math.floor(anywhere / dayMs) * dayMs + (18 + 5 * random()) * 3_600_000
    const chosen = random() < 0.5 && evening > start && evening < endMs ? evening : anywhere
    times[i] = Math.floor(Math.min(chosen, endMs - 1))
  }
  return times.sort()
}
