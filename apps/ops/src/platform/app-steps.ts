import { type SeedSize, seedSizes } from '@marquee/seed'
import type { AppName } from './app-specs.js'

/** A command of an app. The platform starts without what is optional, and says so. */
interface Step {
  args: readonly string[]
  optional?: true
}

const migrate: Step = { args: ['migrate', 'up'] }
/** A replica that does not follow, or not within this many seconds, costs the data team its figures and nobody else anything. */
const replicate: Step = { args: ['replication', 'setup', '--timeout', '60'], optional: true }

/** What brings an app's stores up to date, in order; each is safe to run again, and needs those stores alone, no other app. */
export const schemaSteps: Record<AppName, readonly Step[]> = {
  catalog: [migrate, { args: ['federate'] }],
  trending: [],
  'user-history': [migrate, replicate],
  reviews: [migrate],
  gateway: [],
}

/** Apps that have a schema of their own. */
export const migratedApps = ['catalog', 'user-history', 'reviews'] as const
export type MigratedApp = (typeof migratedApps)[number]

/** Titles first: the others ask the catalogue what there is. */
export const seededApps = ['catalog', 'trending', 'user-history', 'reviews'] as const
export type SeededApp = (typeof seededApps)[number]

const [viewsPerTitle, viewDays] = [10, 30]

/** The command that seeds an app's data in this size: titles, and everything else in proportion. */
export function seedArguments(app: SeededApp, size: SeedSize): string[] {
  if (app !== 'trending') return ['seed', '--size', size]
  const views = viewsPerTitle * seedSizes[size].titles
  return ['seed', '--views', String(views), '--days', String(viewDays)]
}
