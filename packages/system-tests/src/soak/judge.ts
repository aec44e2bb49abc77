import { percentile } from '../bench/percentile.js'
import type { Sample } from './sample.js'

/** How one process changed from the first to the last quarter of its life after its warm-up. */
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
    const quarter = (to - from) / 4
    const first = series.filter(({ at }) => at >= from && at <= from + quarter)
    const last = series.filter(({ at }) => at >= to - quarter)
    if (to - from < warmUp || first.length === 0 || last.length === 0) return []
    const { name, kind, pid } = series[0]!
    const change = (of: 'rss' | 'descriptors') => {
      const [before, after] = [first, last].map((part) =>
        percentile(
          part.map((one) => one[of]),
          0.5,
        ),
      ) as [number, number]
      return { first: before, last: after, growth: after / before - 1 }
    }
    return [
      { name, kind, pid, samples: series.length, rss: change('rss'), descriptors: change('descriptors') },
    ]
  })
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
