import type { Namespace } from '@marquee/cache'
import type { Pool } from '@marquee/postgres'
import { type Check, checksAgree } from '@marquee/service-kit'
import { compareProjection } from '../projections/compare.js'
import { projections } from '../projections/projection.js'
import { checkCache } from './check-cache.js'
import { checkSlugs } from './check-slugs.js'

export interface Reconciliation {
  checks: Check[]
  agrees: boolean
  /** Titles whose figures are so new that the list need not have them. */
  lagging: number
}

export interface ReconcileOptions {
  pool: Pool
  /** Left out where there is no cache. */
  contents?: Pick<Namespace, 'sample' | 'kept'> | undefined
  /** How often the job copies figures into the list, in milliseconds. */
  listingRefreshEveryMs: number
  /** Milliseconds between two looks at what differs. */
  pauseMs?: number
}

/** Holds what the catalogue keeps twice against itself: projections, slugs, cache. Safe while others write. */
export async function reconcile({
  pool,
  contents,
  listingRefreshEveryMs,
  pauseMs,
}: ReconcileOptions): Promise<Reconciliation> {
  const checks: Check[] = []
  let lagging = 0
  const options = { lagMs: 2 * listingRefreshEveryMs, ...(pauseMs !== undefined && { pauseMs }) }
  for (const projection of projections) {
    const compared = await compareProjection(pool, projection, options)
    checks.push(...compared.checks)
    lagging += compared.lagging
  }
  checks.push(await checkSlugs(pool, pauseMs))
  if (contents) checks.push(await checkCache(pool, contents, pauseMs))
  return { checks, agrees: checksAgree(checks), lagging }
}
