import { randomUUID } from 'node:crypto'
import { createCatalogDatabase, dropCatalogDatabase, dropMongoDatabase } from '@marquee/engines'
import { testEngines } from './engines.js'

export interface FreshDatabase {
  url: string
  /** Closes other sessions too. */
  drop(): Promise<void>
}

export interface FreshDatabaseOptions {
  /** On whose PostgreSQL server; `catalog` unless told. */
  engine?: 'catalog' | 'analytics' | 'replica'
}

const freshName = () => `test_${randomUUID().replaceAll('-', '')}`

/** An empty database of the test file's own; that of the catalogue on every Citus node where the run has a cluster. */
export async function freshDatabase(options: FreshDatabaseOptions = {}): Promise<FreshDatabase> {
  const { engine = 'catalog' } = options
  const engines = testEngines()
  const workers = engine === 'catalog' ? engines.catalogWorkers : []
  const servers = { coordinator: engines[engine], workers }
  const name = freshName()
  const url = await createCatalogDatabase(servers, name)
  return { url, drop: () => dropCatalogDatabase(servers, name) }
}

/** A MongoDB database of the test file's own, which is made by the first write to it. */
export function freshReviewsUrl(): FreshDatabase {
  const own = new URL(testEngines().reviews)
  own.pathname = `/${freshName()}`
  const url = own.href
  return { url, drop: () => dropMongoDatabase(url) }
}
