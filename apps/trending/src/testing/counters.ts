import { randomUUID } from 'node:crypto'
import { silentLogger } from '@marquee/service-kit'
import { testEngines } from '@marquee/test-kit'
import { type Counters, openCounters, type Purpose } from '../counters-store.js'

/** Keys of one test file: a root of its own in the shared Redis, removed at the end. */
export function testCounters(url = testEngines().counters) {
  const root = `{t:${randomUUID()}}`
  const opened: Counters[] = []
  const open = (purpose: Purpose = 'background'): Counters => {
    const counters = openCounters({ url, purpose, log: silentLogger, root })
    opened.push(counters)
    return counters
  }
  return {
    url,
    root,
    open,
    async close() {
      const { redis } = open()
      for await (const keys of redis.scanStream({ match: `${root}*`, count: 1000 }) as AsyncIterable<
        string[]
      >)
        if (keys.length > 0) await redis.unlink(...keys)
      for (const counters of opened) counters.close()
    },
  }
}

/** Every key and what it holds, to tell whether two stores are the same. */
export async function keysOf({ redis, root }: Counters, pattern = '*'): Promise<string[]> {
  const keys: string[] = []
  for await (const found of redis.scanStream({ match: `${root}:${pattern}`, count: 1000 }) as AsyncIterable<
    string[]
  >)
    keys.push(...found)
  return [...new Set(keys)].map((key) => key.slice(root.length + 1)).sort()
}
