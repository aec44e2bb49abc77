import { createHash } from 'node:crypto'

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

/** mulberry32: small, fast, and the same everywhere. Numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** Draws an index by Zipf's law: the n-th most popular is drawn in proportion to 1 / n^exponent. O(log n) each. */
export function zipf(n: number, exponent: number, random: () => number): () => number {
  const cumulative = new Float64Array(n)
  let sum = 0
  for (let rank = 0; rank < n; rank++) {
    sum += 1 / (rank + 1) ** exponent
    cumulative[rank] = sum
  }
  return () => {
    const drawn = random() * sum
    let low = 0
    let high = n - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (cumulative[middle]! > drawn) high = middle
      else low = middle + 1
    }
    return low
  }
}

function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const result = [...items]
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1))
    ;[result[i], result[j]] = [result[j]!, result[i]!]
  }
  return result
}

/** A UUID v7 of this instant, its random part drawn. */
function eventId(ms: number, random: () => number): string {
  const hex = (digits: number) =>
    Math.floor(random() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0')
  const time = Math.floor(ms).toString(16).padStart(12, '0')
  const variant = ((Math.floor(random() * 4) + 8) % 16).toString(16)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex(3)}-${variant}${hex(3)}-${hex(6)}${hex(6)}`
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
    yield { contentId, ms, eventId: eventId(ms, random), viewer: viewers[person]!, ranked }
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
