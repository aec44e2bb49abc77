import { type Kafka, openReplay } from '@marquee/events'
import { type Pool, transaction } from '@marquee/postgres'
import { alone } from './alone.js'
import { buildDays, lockFigures, missingViews, swapFigures } from './rebuild-analytics-store.js'
import { dropReplayed, keepReplayed, makeReplayed } from './replayed-store.js'

export interface Rebuilt {
  what: 'analytics' | 'titles'
  /** Rows that were built. */
  built: number
  /** Rows of the live tables that were, or with `dryRun` are, not as built. */
  differing: number
  swapped: boolean
  ms: number
}

export interface RebuildOptions {
  dryRun?: boolean
  now?: Date
  onProgress?(done: number): void
}

/** Views are kept in their topic for 35 days: from here on every one of them is still there. */
const replayedDays = 33
// Less than a transaction may stand idle (5 s).
const catchUpMs = 4000
const typesOf = { 'content.viewed': 'content.viewed', rating: 'rating.changed' } as const
const dayMs = 86_400_000

/** The least UUID v7 of a UTC day. */
const firstIdOf = (day: string): string => {
  const hex = Date.parse(`${day}T00:00:00Z`).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7`
}

/**
 * Daily figures and audiences anew: views and ratings from their topics, plays from the watch history. Read beside the live tables;
 * then, with writers kept out for a moment, caught up on, compared, and put in their place in one transaction.
 * @throws Error in words when the topic lacks views that were counted, or another rebuild runs
 */
export function rebuildAnalytics(
  primary: Pool,
  kafka: Kafka,
  options: RebuildOptions = {},
): Promise<Rebuilt> {
  const { dryRun = false, now = new Date(), onProgress = () => {} } = options
  const began = performance.now()
  const fromDay = new Date(now.getTime() - replayedDays * dayMs).toISOString().slice(0, 10)
  return alone(primary, async () => {
    await makeReplayed(primary)
    let done = 0
    const replay = await openReplay({
      kafka,
      topics: Object.keys(typesOf),
      types: Object.values(typesOf),
      async onEvents(events) {
        await keepReplayed(primary, events)
        done += events.length
        onProgress(done)
      },
    })
    try {
      await replay.upToNow()
      const found = await transaction(primary, async (tx) => {
        await lockFigures(tx)
        // Nobody counts now: what is in the topic and not yet counted is the live consumer's, after us.
        await within(catchUpMs, replay.upToNow())
        const missing = await missingViews(tx, firstIdOf(fromDay))
        if (missing > 0) throw new Error(lacking(missing))
        const { built, differing } = await buildDays(tx, fromDay)
        await tx.query('SAVEPOINT built')
        const { others } = await swapFigures(tx, fromDay)
        if (dryRun) await tx.query('ROLLBACK TO SAVEPOINT built; DROP TABLE rebuild_days')
        return { built, differing: differing + others }
      })
      return { what: 'analytics', ...found, swapped: !dryRun, ms: Math.round(performance.now() - began) }
    } finally {
      await replay.close()
      await dropReplayed(primary)
    }
  })
}

const lacking = (missing: number) =>
  `${missing} views were counted that the topic content.viewed does not hold any more: built anew from it, they would be lost. ` +
  'Nothing was changed. Was Kafka made anew? Then the live figures are the only ones there are.'

async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new Error('Kafka does not answer; nothing was changed. Run this again.')),
      ms,
    )
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
