import type { EngineName } from './engine-names.js'
import { EngineError } from './errors.js'
import { kafkaAnswers } from './kafka/kafka.js'
import { mongoAnswers } from './mongo/connect.js'
import type { CatalogKind } from './postgres/catalog.js'
import { answers, withClient } from './postgres/connect.js'
import { redisAnswers } from './redis/redis.js'
import { waitUntil } from './supervise/process-table.js'

const variables: Record<EngineName, string> = {
  catalog: 'MARQUEE_CATALOG_URL',
  analytics: 'MARQUEE_ANALYTICS_URL',
  replica: 'MARQUEE_REPLICA_URL',
  reviews: 'MARQUEE_REVIEWS_URL',
  cache: 'MARQUEE_CACHE_URL',
  counters: 'MARQUEE_COUNTERS_URL',
  kafka: 'MARQUEE_KAFKA_BROKERS',
}

const asks: Record<EngineName, (url: string) => Promise<boolean>> = {
  catalog: answers,
  analytics: answers,
  replica: answers,
  reviews: mongoAnswers,
  cache: redisAnswers,
  counters: redisAnswers,
  kafka: kafkaAnswers,
}

/**
 * Throws EngineError when an engine of somebody else's does not answer. For the catalogue it tells whether its database
 * is one of Citus.
 */
export async function checkExplicit(
  name: EngineName,
  url: string,
  patienceMs: number,
): Promise<CatalogKind | null> {
  if (!(await waitUntil(() => asks[name](url), patienceMs))) {
    throw new EngineError(
      `${variables[name]} is set, but nothing there answers as it should (waited ${patienceMs / 1000} s).\n` +
        `Check the address, its user and password, or unset ${variables[name]} to have one started here.`,
    )
  }
  if (name !== 'catalog') return null
  const found = await withClient(url, (client) =>
    client.query("SELECT FROM pg_extension WHERE extname = 'citus'"),
  )
  return found.rowCount === 1 ? 'citus' : 'plain'
}
