/** What the apps ask for; one engine may be several processes. */
export const engineNames = [
  'catalog',
  'analytics',
  'replica',
  'reviews',
  'cache',
  'counters',
  'kafka',
] as const
export type EngineName = (typeof engineNames)[number]

/** Offsets from the first engine port. */
const portOffsets = {
  'postgres-catalog': 0,
  'postgres-catalog-worker-1': 1,
  'postgres-catalog-worker-2': 2,
  'postgres-analytics': 3,
  'postgres-replica': 4,
  mongodb: 5,
  'redis-cache': 6,
  'redis-counters': 7,
  kafka: 8,
  'kafka-controller': 9,
  'kafka-direct': 10,
} as const

export type EnginePorts = Record<keyof typeof portOffsets, number>

/** `base` is the port of postgres-catalog: the gateway's port + 100. */
export function enginePorts(base: number): EnginePorts {
  const entries = Object.entries(portOffsets).map(([name, offset]) => [name, base + offset])
  return Object.fromEntries(entries) as EnginePorts
}
