import { randomUUID } from 'node:crypto'
import { createCatalogDatabase, dropCatalogDatabase } from '@marquee/engines'
import { testEngines } from './engines.js'

export interface FreshDatabase {
  url: string
  /** Closes other sessions too. */
  drop(): Promise<void>
}

/** An empty database of the test file's own, on every Citus node where the run has a cluster. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { catalog, catalogWorkers } = testEngines()
  const servers = { coordinator: catalog, workers: catalogWorkers }
  const name = `test_${randomUUID().replaceAll('-', '')}`
  const url = await createCatalogDatabase(servers, name)
  return { url, drop: () => dropCatalogDatabase(servers, name) }
}
