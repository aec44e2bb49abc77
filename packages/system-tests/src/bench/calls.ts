import { median } from './measure.js'
import { percentile } from './percentile.js'

/** One side of a comparison of calls: what is done once, and by how many at a time. */
export interface Calls {
  name: string
  call(): Promise<unknown>
}

interface Pace {
  perSecond: number
  p50: number
  p99: number
}

async function pace({ call }: Calls, seconds: number, concurrency: number): Promise<Pace> {
  const took: number[] = []
  const began = performance.now()
  const until = began + seconds * 1000
  const loop = async () => {
    while (performance.now() < until) {
      const start = performance.now()
      await call()
      took.push(performance.now() - start)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, loop))
  const elapsed = (performance.now() - began) / 1000
  return { perSecond: took.length / elapsed, p50: percentile(took, 0.5), p99: percentile(took, 0.99) }
}

export interface Compared {
  ratio: number
  p50: number
  p99: number
}

/** Both sides in the same minutes, taking turns; the ratio (ours / theirs, calls per second) is the median of the rounds. */
export async function compareCalls(
  ours: Calls,
  theirs: Calls,
  { rounds, seconds, concurrency }: { rounds: number; seconds: number; concurrency: number },
): Promise<Compared> {
  const pairs: { ours: Pace; theirs: Pace }[] = []
  for (const side of [ours, theirs]) await pace(side, 0.5, concurrency)
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [ours, theirs] : [theirs, ours]
    const results = new Map<Calls, Pace>()
    for (const side of order) results.set(side, await pace(side, seconds, concurrency))
    pairs.push({ ours: results.get(ours)!, theirs: results.get(theirs)! })
  }
  return {
    ratio: median(pairs.map((pair) => pair.ours.perSecond / pair.theirs.perSecond)),
    p50: median(pairs.map((pair) => pair.ours.p50)),
    p99: median(pairs.map((pair) => pair.ours.p99)),
  }
}
