import { Counter, type Registry } from 'prom-client'

/** `bypass` is a read that could not ask the cache. */
export type Outcome = 'hit' | 'miss' | 'bypass'

export interface Tally {
  readonly counts: Readonly<Record<Outcome, number>>
  count(outcome: Outcome): void
}

/** Counts the reads of a namespace, for its own figures and for Prometheus. */
export function createTally(registry: Registry, namespace: string): Tally {
  const counts = { hit: 0, miss: 0, bypass: 0 }
  const counter = readCounter(registry)
  return {
    counts,
    count(outcome) {
      counts[outcome] += 1
      counter.inc({ namespace, outcome })
    },
  }
}

function readCounter(registry: Registry): Counter<'namespace' | 'outcome'> {
  const name = 'marquee_cache_reads_total'
  const known = registry.getSingleMetric(name) as Counter<'namespace' | 'outcome'> | undefined
  return (
    known ??
    new Counter({ name, help: 'Cache reads', labelNames: ['namespace', 'outcome'], registers: [registry] })
  )
}
