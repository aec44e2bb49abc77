import { connect } from 'node:net'
import { readRun } from '../platform.js'

const ports: Record<string, () => string> = {
  'redis-cache': () => readRun().engines.cache,
  'redis-counters': () => readRun().engines.counters,
  'postgres-catalog': () => readRun().engines.catalog,
  kafka: () => `tcp://${readRun().engines.kafka[0]}`,
}

/**
 * Holds a connection to an engine and counts how often it is torn down or refused. Kafka and the cache may die without any request
 * of the API failing: that is promised, so the proof that such a fault bit has to come from a client of the engine itself.
 */
export function startProbe(target: string): { stop(): Promise<number> } {
  const address = ports[target]
  if (!address) return { stop: () => Promise.resolve(0) }
  let failed = 0
  let running = true
  const { hostname, port } = new URL(address())
  const hold = () =>
    new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname)
      const poll = setInterval(() => running || socket.destroy(), 50)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        clearInterval(poll)
        if (running) failed++
        setTimeout(resolve, 50)
      })
    })
  const loop = (async () => {
    while (running) await hold()
  })()
  return {
    async stop() {
      running = false
      await loop
      return failed
    },
  }
}
