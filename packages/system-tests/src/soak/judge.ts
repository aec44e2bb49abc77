import { percentile } from '../bench/percentile.js'
import type { Sample } from './sample.js'

/**
 * How one process changed in its life after its warm-up: its memory from the median of the first to that of the last quarter; its
 * descriptors from the fewest of the first half to the fewest of the second, because pools of connections come and go with the faults
 * and a leak is what never goes.
 */
export interface Change {
  name: string
  kind: Sample['kind']
  pid: number
  samples: number
  rss: { first: number; last: number; growth: number }
  descriptors: { first: number; last: number; growth: number }
}

const mostGrowth = 0.1
/** A connection more or less is no leak. */
const descriptorSlack = 10

/**
 * The changes of every process that lives until the end (`to`, milliseconds, as the samples' `at`) and has lived for twice its warm-up
 * at least. One that was restarted begins anew, with a warm-up of its own.
 */
export function changesOf(samples: Sample[], to: number, warmUp: number): Change[] {
  const byPid = new Map<number, Sample[]>()
  for (const sample of samples) byPid.set(sample.pid, [...(byPid.get(sample.pid) ?? []), sample])
  return [...byPid.values()].flatMap((series) => {
    const from = series[0]!.at + warmUp
    const lasts = to - from
    const part = (start: number, end: number) =>
      series.filter(({ at }) => at >= from + start * lasts && at <= from + end * lasts)
    const quarters = [part(0, 1 / 4), part(3 / 4, 1)] as const
    if (lasts < warmUp || quarters.some((each) => each.length === 0)) return []
    const { name, kind, pid } = series[0]!
    const rss = change(quarters, (all) => percentile(all, 0.5), 'rss')
    const descriptors = change([part(0, 1 / 2), part(1 / 2, 1)], (all) => Math.min(...all), 'descriptors')
    return [{ name, kind, pid, samples: series.length, rss, descriptors }]
  })
}

function change(
  [first, last]: readonly [Sample[], Sample[]],
  over: (all: number[]) => number,
  of: 'rss' | 'descriptors',
) {
  const [before, after] = [over(first.map((one) => one[of])), over(last.map((one) => one[of]))]
  return { first: before, last: after, growth: after / before - 1 }
}

/** What grew that must not: memory of apps, descriptors of everything. Every app must have an instance that tells. */
export function leaks(changes: Change[], apps: readonly string[]): string[] {
  const told = new Set(changes.map(({ name }) => name.split('#')[0]))
  return [
    ...apps
      .filter((app) => !told.has(app))
      .map((app) => `no instance of ${app} lived long enough to say whether it leaks`),
    ...changes
      .filter(({ kind, rss }) => kind === 'app' && rss.growth >= mostGrowth)
      .map(({ name, rss }) => `${name} holds ${percent(rss.growth)} more memory`),
    ...changes
      .filter(({ descriptors: { first, last } }) => last > first * (1 + mostGrowth) + descriptorSlack)
      .map(({ name, descriptors: { first, last } }) => `${name} holds ${last} descriptors, ${first} before`),
  ]
}

export const percent = (share: number) => `${share < 0 ? '' : '+'}${(share * 100).toFixed(1)} %`
