import { setTimeout as delay } from 'node:timers/promises'
import { citusInstalled, type Pool, type Tx } from '@marquee/postgres'
import type { Rebuilt } from '@marquee/service-kit'
import { meanRating } from '../statistics/stats-store.js'
import { compareProjection } from './compare.js'
import {
  countLive,
  type DifferingRow,
  differingAmong,
  differingRows,
  dropLeftovers,
  endOfPage,
  fill,
  horizonNow,
  indexNext,
  lockWritersOut,
  makeNext,
  readAgain,
  sameShape,
  swap,
  writtenSince,
} from './next-store.js'
import { type Projection, projections, titles } from './projection.js'
import { refreshAllFigures } from './refresh-figures.js'
import { alone, RebuildRefused, within } from './session-store.js'

export interface RebuiltProjections extends Rebuilt {
  /** How often the swap was begun: it gives way to who holds a lock for longer than 0.8 s. */
  tries: number
  /** How long edits waited for the swap that succeeded, in milliseconds. */
  lockedMs: number
}

export interface RebuildOptions {
  dryRun: boolean
  /** How long the job may take to copy figures, in milliseconds. */
  lagMs: number
  /** Titles done so far. */
  onProgress?(done: number): void
  /** Between two steps, for tests. */
  onStep?(step: Step): Promise<void> | void
}
export type Step = 'made' | 'filled' | 'indexed' | 'caught up' | 'locked' | 'swapped'

const titlesOfPage = 500
const rowsReadAgain = 1000
const indexTimeoutMs = 600_000
/** Rows that are worth another round before writers are locked out; and how many rounds at most. */
const fewRows = 50
const mostRounds = 5
const mostTries = 40
const [first, last] = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']

/**
 * Makes both projections anew beside the live ones and swaps them in one transaction, while others read and write.
 * @throws RebuildRefused when another rebuild runs, the schema changes meanwhile, or the locks cannot be had
 */
export async function rebuildProjections(pool: Pool, options: RebuildOptions): Promise<RebuiltProjections> {
  const began = performance.now()
  const found = options.dryRun ? await compareOnly(pool, options) : await build(pool, options)
  return { what: 'projections', ...found, ms: Math.round(performance.now() - began) }
}

type Found = Omit<RebuiltProjections, 'what' | 'ms'>

async function compareOnly(pool: Pool, { lagMs }: RebuildOptions): Promise<Found> {
  let differing = 0
  for (const projection of projections)
    for (const check of (await compareProjection(pool, projection, { lagMs })).checks)
      differing += check.differing
  return { built: 0, differing, swapped: false, tries: 0, lockedMs: 0 }
}

const build = (pool: Pool, options: RebuildOptions): Promise<Found> =>
  alone(pool, async (session) => {
    const mean = await meanRating(pool)
    try {
      await fillBeside(pool, session, mean, options)
      const { checks } = await compareProjection(pool, titles, options)
      const figures = checks.find(({ name }) => name.endsWith('figures'))?.differing ?? 0
      const swapped = await swapIn(session, mean, options)
      await options.onStep?.('swapped')
      // What was told since a title's page was read; the job looks at what changes from now on.
      await refreshAllFigures(pool)
      let built = 0
      for (const projection of projections) built += await countLive(pool, projection)
      return { ...swapped, built, differing: swapped.differing + figures, swapped: true }
    } finally {
      await dropAll(session).catch(() => undefined)
    }
  })

async function fillBeside(pool: Pool, session: Tx, mean: number, options: RebuildOptions): Promise<void> {
  const citus = await citusInstalled(session)
  await dropAll(session)
  await patiently(() => within(session, (tx) => makeNext(tx, projections, citus)))
  await options.onStep?.('made')
  let done = 0
  for (let after: string | null = first; after !== null; ) {
    const end: string | null = await endOfPage(pool, after, titlesOfPage)
    for (const projection of projections) await fill(session, projection, mean, after, end ?? last)
    after = end
    done += titlesOfPage
    options.onProgress?.(done)
  }
  await options.onStep?.('filled')
  for (const projection of projections) await indexNext(session, projection, indexTimeoutMs)
  await options.onStep?.('indexed')
}

const dropAll = (session: Tx) => patiently(() => within(session, dropLeftovers))

/** What is known of a projection before writers are locked out. */
interface CaughtUp {
  of: Projection
  /** Rows that differed from the live table when it was last looked at. */
  ids: string[]
  /** The moment before that look. */
  horizon: string
}

/** Reads again what differs from the live table, until that is little, or no longer becomes less: then the live table is wrong. */
async function catchUp(session: Tx, of: Projection, mean: number): Promise<CaughtUp> {
  for (let [round, before] = [1, Number.POSITIVE_INFINITY]; ; round++) {
    const horizon = await horizonNow(session)
    const rows = await differingRows(session, of)
    for (const some of portions(rows)) await within(session, (tx) => readAgain(tx, of, mean, some))
    if (rows.length <= fewRows || rows.length >= before || round === mostRounds)
      return { of, ids: rows.map(({ id }) => id), horizon }
    before = rows.length
  }
}

async function swapIn(session: Tx, mean: number, options: RebuildOptions) {
  let tries = 0
  const swapped = await patiently(async () => {
    tries += 1
    const known = []
    for (const projection of projections) known.push(await catchUp(session, projection, mean))
    await options.onStep?.('caught up')
    return await swapOnce(session, mean, known, options)
  })
  return { ...swapped, tries }
}

/**
 * Every edit writes the live table what it writes on the shards, so what was edited since a row was read is a live row that was
 * written since, and differs. With writers locked out, that is read once more; what differs then was wrong in the live table.
 */
async function swapOnce(session: Tx, mean: number, known: CaughtUp[], { onStep }: RebuildOptions) {
  let locked = 0
  const differing = await within(session, async (tx) => {
    await lockWritersOut(tx)
    locked = performance.now()
    await onStep?.('locked')
    let count = 0
    for (const { of, ids, horizon } of known) {
      if (!(await sameShape(tx, of)))
        throw new RebuildRefused('The schema of the projections was changed meanwhile. Run this again.')
      const suspects = [...new Set([...ids, ...(await writtenSince(tx, of, horizon))])]
      const rows = await differingAmong(tx, of, suspects)
      for (const some of portions(rows)) await readAgain(tx, of, mean, some)
      count += (
        await differingAmong(
          tx,
          of,
          rows.map(({ id }) => id),
        )
      ).length
    }
    await swap(tx, projections)
    return count
  })
  return { differing, lockedMs: Math.round(performance.now() - locked) }
}

/** Again and again while others hold locks that it needs: it gives way to them. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await work()
    } catch (error) {
      if (!givesWay(error)) throw error
      if (tries === mostTries)
        throw new RebuildRefused(
          `Others held locks on the projections at each of ${tries} tries. Run this again.`,
        )
      await delay(100 + Math.random() * 400)
    }
  }
}

/** A lock not had in time, or a deadlock: both pass. */
const givesWay = (error: unknown) => /^(55P03|40P01)$/.test(String((error as { code?: string }).code))

function* portions(rows: DifferingRow[]) {
  for (let from = 0; from < rows.length; from += rowsReadAgain) yield rows.slice(from, from + rowsReadAgain)
}
