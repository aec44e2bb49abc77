import type { Entry } from './entry.js'

export type Load = () => Promise<Entry | null>

/** One load per key at a time. Keys begin with the id and a line break. */
export function createFlights() {
  const flights = new Map<string, Promise<Entry | null>>()
  return {
    /** `after` runs while others may still join, and keeps nobody waiting. */
    once(key: string, load: Load, after?: (entry: Entry) => Promise<unknown>): Promise<Entry | null> {
      const under = flights.get(key)
      if (under) return under
      const loading = load()
      flights.set(key, loading)
      const land = () => {
        if (flights.get(key) === loading) flights.delete(key)
      }
      loading.then((entry) => (entry && after ? after(entry) : undefined)).then(land, land)
      return loading
    },
    /** Whoever asks from now on starts a load of its own. */
    drop(ids: string[]): void {
      const dropped = new Set(ids)
      for (const key of flights.keys()) if (dropped.has(key.slice(0, key.indexOf('\n')))) flights.delete(key)
    },
  }
}
