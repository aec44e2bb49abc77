import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export { Registry } from 'prom-client'

export type Metrics = ReturnType<typeof createMetrics>

/** One registry per app; `name` is the `app` label of every series. Names follow Prometheus: `marquee_<what>_<unit>`. */
export function createMetrics(name: string) {
  const registry = new Registry()
  registry.setDefaultLabels({ app: name })
  const registers = [registry]
  return {
    registry,
    counter: <L extends string = never>(metric: string, help: string, labelNames: L[] = []) =>
      new Counter({ name: metric, help, labelNames, registers }),
    /** `collect` is asked at each scrape. */
    gauge: <L extends string = never>(
      metric: string,
      help: string,
      labelNames: L[] = [],
      collect?: (gauge: Gauge<L>) => Promise<void> | void,
    ) => {
      const gauge: Gauge<L> = new Gauge({
        name: metric,
        help,
        labelNames,
        registers,
        ...(collect && { collect: () => collect(gauge) }),
      })
      return gauge
    },
    histogram: <L extends string = never>(
      metric: string,
      help: string,
      buckets: number[],
      labelNames: L[] = [],
    ) => new Histogram({ name: metric, help, buckets, labelNames, registers }),
    withProcessMetrics() {
      addProcessMetrics(registry)
      return registry
    },
  }
}

const leases = new WeakMap<Registry, Map<string, () => boolean>>()

/**
 * Shows at each scrape whether this process holds a lease: `marquee_lease_leading{lease="<app>.<what>"}`, 1 or 0. Several leases of a
 * registry share the gauge.
 */
export function watchLease(registry: Registry, lease: string, leads: () => boolean): void {
  const known = leases.get(registry)
  if (known) return void known.set(lease, leads)
  const watched = new Map([[lease, leads]])
  leases.set(registry, watched)
  new Gauge({
    name: 'marquee_lease_leading',
    help: '1 where this process holds the lease',
    labelNames: ['lease'],
    registers: [registry],
    collect() {
      for (const [name, isOurs] of watched) this.set({ lease: name }, isOurs() ? 1 : 0)
    },
  })
}

/** Memory, processor, event loop and collector of this process; once per registry. */
export function addProcessMetrics(registry: Registry): void {
  if (!registry.getSingleMetric('process_resident_memory_bytes'))
    collectDefaultMetrics({ register: registry })
}
