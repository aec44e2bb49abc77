import type { Reconciliation } from './reconcile-store.js'

/** One thing that is held against another. */
export interface Check {
  name: string
  compared: number
  differing: number
  /** The first that differ, at most 20. */
  examples: object[]
}

export function checksOf({ plays, audience, progress, analytics }: Reconciliation): Check[] {
  const check = (name: string, found: { checked: number; differing: number; differ: object[] }): Check => ({
    name,
    compared: found.checked,
    differing: found.differing,
    examples: found.differ,
  })
  return [
    check('sessions against plays', plays),
    check('audience against plays', audience),
    check('progress against reports', progress),
    check('daily figures against plays', { ...analytics, checked: analytics.days }),
  ]
}
