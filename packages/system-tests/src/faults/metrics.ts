import { readRun } from '../platform.js'

export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

/** What an instance says at /metrics. @throws when it does not answer within a second */
export async function scrape(instance: string): Promise<Sample[]> {
  const state = readRun().states.find(({ name }) => name === instance)
  if (!state) throw new Error(`there is no ${instance}`)
  const signal = AbortSignal.timeout(1_000)
  const answer = await fetch(`http://127.0.0.1:${state.port}/metrics`, { signal })
  return parse(await answer.text())
}

export function parse(text: string): Sample[] {
  const lines = text.matchAll(/^(\w+)(?:\{(.*)\})? (\S+)$/gm)
  return Array.from(lines, ([, name, inside = '', value]) => ({
    name: name!,
    labels: Object.fromEntries(
      Array.from(inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g), ([, label, text]) => [label!, text!]),
    ),
    value: Number(value),
  }))
}

export const sum = (samples: Sample[], name: string, labels: Record<string, string> = {}): number =>
  samples
    .filter(
      (sample) =>
        sample.name === name &&
        Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
    )
    .reduce((total, { value }) => total + value, 0)

export const instancesOf = (app: string): string[] =>
  readRun()
    .states.filter(({ name, kind }) => kind === 'app' && name.split('#')[0] === app)
    .map(({ name }) => name)

export const appInstances = (): string[] =>
  readRun()
    .states.filter(({ kind }) => kind === 'app')
    .map(({ name }) => name)

/** Resolves when one instance says that it holds the lease, 20 s at most: a lost one is taken over in less. */
export async function leaderOf(lease: string): Promise<string> {
  const deadline = Date.now() + 20_000
  const instances = instancesOf(lease.split('.')[0]!)
  for (;;) {
    const leading = await Promise.all(
      instances.map(async (instance) => {
        const samples = await scrape(instance).catch(() => [])
        return sum(samples, 'marquee_lease_leading', { lease }) === 1 ? [instance] : []
      }),
    )
    const [leader, ...others] = leading.flat()
    if (leader !== undefined && others.length === 0) return leader
    if (Date.now() > deadline) throw new Error(`nobody holds ${lease}, or more than one: ${leading.flat()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
