import { type SeedSize, seedSizes } from '@marquee/seed'
import type { AppName } from './app-specs.js'

/**
 * The commands of an app that bring its stores up to date, in order; each is safe to run again. They need the app's stores
 * alone, no other app.
 */
export const schemaSteps: Record<AppName, readonly (readonly string[])[]> = {
  catalog: [['migrate', 'up']],
  trending: [],
  'user-history': [
    ['migrate', 'up'],
    ['replication', 'setup'],
  ],
  reviews: [['migrate', 'up']],
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
