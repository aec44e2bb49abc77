/** The engines that the jest run started, see jest/global-setup.mjs. */
export interface TestEngines {
  /** A database on the catalogue's server; tests make their own beside it. */
  catalog: string
  /** The same database on each Citus worker; empty on plain PostgreSQL. */
  catalogWorkers: string[]
  catalogKind: 'plain' | 'citus'
  /** The database `analytics` of the primary and of the replica; nothing flows between them in a test run. */
  analytics: string
  replica: string
  /** The database `reviews` of a replica set of one. */
  reviews: string
  cache: string
  counters: string
  /** `host:port` each. */
  kafka: string[]
}

/** Throws where an engine is asked for that this run did not start (MARQUEE_TEST_WANT). */
export function testEngines(): TestEngines {
  const text = process.env.MARQUEE_TEST_ENGINES
  if (!text) throw new Error('no engines: this runs in jest only, with the globalSetup of packages/test-kit')
  const engines = JSON.parse(text) as TestEngines
  return new Proxy(engines, {
    get(target, name: keyof TestEngines) {
      const value = target[name]
      if (value === '' || (name === 'kafka' && value.length === 0)) {
        throw new Error(`this run has no ${name}: MARQUEE_TEST_WANT does not name it`)
      }
      return value
    },
  })
}
