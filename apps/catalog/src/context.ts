import type { Limits } from '@marquee/contracts'
import type { Pool } from '@marquee/postgres'
import type { Foreign } from './audience/foreign.js'
import type { CatalogCache } from './catalog-cache.js'

/** What endpoints, consumers and jobs of this app work with. */
export interface Catalog {
  pool: Pool
  cache: CatalogCache
  foreign: Foreign
  limits: Limits
  cursorKey: string
}
