import { connect } from 'node:net'
import { readRun } from '../platform.js'

const ports: Record<string, () => string> = {
  'redis-cache': () => readRun().engines.cache,
  'redis-counters': () => readRun().engines.counters,
  'postgres-catalog': () => readRun().engines.catalog,
  'postgres-analytics': () => readRun().engines.analytics,
  'postgres-replica': () => readRun().engines.replica,
  mongodb: () => readRun().engines.reviews,
  kafka: () => `tcp://${readRun().engines.kafka[0]}`,
}

const everyMs = 25

/**
 * Connects to an engine again and again and counts how often it is refused or torn down. Kafka, the cache and the replica may die
 * without any request of the API failing: that is promised, so the proof that such a fault bit has to come from a client of the
 * engine itself.
 */
export function startProbe(target: string): { stop(): Promise<number> } {
  const address = ports[target]
  if (!address) return { stop: () => Promise.resolve(0) }
  const { hostname, port } = new URL(address())
  let failed = 0
  let running = true
  const knock = () =>
    new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname)
      socket.once('connect', () => socket.destroy())
      socket.once('error', () => failed++)
      socket.once('close', () => setTimeout(resolve, everyMs))
    })
  const loop = (async () => {
    while (running) await knock()
  })()
  return {
    async stop() {
      running = false
      await loop
      return failed
    },
  }
}
