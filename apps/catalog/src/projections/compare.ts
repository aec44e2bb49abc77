import type { Pool } from '@marquee/postgres'
import type { Check } from '@marquee/service-kit'
import { meanRating } from '../statistics/stats-store.js'
import {
  figuresMoved,
  page,
  type Side,
  type Summed,
  type Terms,
  these,
  wholeRows,
} from './comparison-store.js'
import { type Differing, persisting } from './persisting.js'
import type { Projection } from './projection.js'

/** What is wrong with one row, in words. */
export interface Example {
  id: string
  differs: string
}

export interface Compared {
  checks: Check[]
  /** Titles whose figures are so new that the job need not have copied them. */
  lagging: number
}

export interface CompareOptions {
  /** How long the job may take to copy figures, in milliseconds. */
  lagMs: number
  /** Rows of a page. */
  size?: number
  /** Milliseconds between two looks at what differs: an edit's rows become visible one after the other. */
  pauseMs?: number
}

const aspects = ['edited', 'figures'] as const
type Aspect = (typeof aspects)[number]

const examplesShown = 20

/** Holds a projection against what it is made of, page by page. What differs is looked at again before it counts. */
export async function compareProjection(
  pool: Pool,
  of: Projection,
  { lagMs, size = 5000, pauseMs = 500 }: CompareOptions,
): Promise<Compared> {
  const moving = of.figures.length > 0 && (await figuresMoved(pool, lagMs))
  const terms: Terms = { lagMs, mean: moving ? null : await meanRating(pool) }
  const found = await walkBoth(pool, of, terms, size)
  const checks: Check[] = []
  for (const aspect of aspects.slice(0, of.figures.length > 0 ? 2 : 1)) {
    const differing = await persisting(
      found.differing[aspect],
      (keys) => look(pool, of, terms, keys, aspect),
      pauseMs,
    )
    checks.push({
      name: aspect === 'edited' ? of.table : `${of.table} figures`,
      compared: found.compared,
      differing: differing.size,
      examples: await explain(pool, of, [...differing.keys()].slice(0, examplesShown), aspect),
    })
  }
  return { checks, lagging: found.lagging }
}

async function* rows(pool: Pool, of: Projection, side: Side, terms: Terms, size: number) {
  let after: string | null = null
  for (;;) {
    const found: Summed[] = await page(pool, of, side, terms, after, size)
    yield* found
    after = found.at(-1)?.key ?? null
    if (found.length < size) return
  }
}

/** Both sides in the order of their keys, which text has as uuids have it. */
async function walkBoth(pool: Pool, of: Projection, terms: Terms, size: number) {
  const differing: Record<Aspect, Differing> = { edited: new Map(), figures: new Map() }
  let [compared, lagging] = [0, 0]
  const [made, kept] = [rows(pool, of, 'made', terms, size), rows(pool, of, 'kept', terms, size)]
  let [one, other] = await Promise.all([made.next(), kept.next()])
  while (!one.done || !other.done) {
    const least = !other.done && (one.done || other.value.key < one.value.key) ? other : one
    const key = (least.value as Summed).key
    const [left, right] = [mine(one, key), mine(other, key)]
    compared += 1
    if (left?.lagging) lagging += 1
    for (const aspect of aspects) note(differing[aspect], key, left, right, aspect)
    ;[one, other] = await Promise.all([left ? made.next() : one, right ? kept.next() : other])
  }
  return { compared, lagging, differing }
}

const mine = (next: IteratorResult<Summed>, key: string): Summed | undefined =>
  !next.done && next.value.key === key ? next.value : undefined

/** A row that is only on one side differs, and has no figures to compare. */
function note(
  differing: Differing,
  key: string,
  made: Summed | undefined,
  kept: Summed | undefined,
  aspect: Aspect,
): void {
  if (aspect === 'figures' && (!made || !kept || made.lagging)) return
  if (made?.[aspect] !== kept?.[aspect]) differing.set(key, `${made?.[aspect]} ${kept?.[aspect]}`)
}

async function look(
  pool: Pool,
  of: Projection,
  terms: Terms,
  keys: string[],
  aspect: Aspect,
): Promise<Differing> {
  const [made, kept] = await Promise.all([
    byKey(these(pool, of, 'made', terms, keys)),
    byKey(these(pool, of, 'kept', terms, keys)),
  ])
  const differing: Differing = new Map()
  for (const key of keys) note(differing, key, made.get(key), kept.get(key), aspect)
  return differing
}

const byKey = async <Row extends { key: string }>(found: Promise<Row[]>): Promise<Map<string, Row>> =>
  new Map((await found).map((row) => [row.key, row]))

/** In words: which row, and what each column that differs holds instead of what it should. */
async function explain(pool: Pool, of: Projection, keys: string[], aspect: Aspect): Promise<Example[]> {
  if (keys.length === 0) return []
  const [made, kept] = await Promise.all([
    byKey(wholeRows(pool, of, 'made', keys)),
    byKey(wholeRows(pool, of, 'kept', keys)),
  ])
  const columns = aspect === 'edited' ? of.columns : of.figures
  return keys.map((key) => ({
    id: key.split(' ').at(-1) ?? key,
    differs: difference(columns, made.get(key), kept.get(key)),
  }))
}

type Whole = Record<string, unknown> | undefined

function difference(columns: readonly string[], made: Whole, kept: Whole): string {
  if (!made && !kept) return 'gone meanwhile'
  if (!kept) return 'is missing'
  if (!made) return 'should not be there'
  const parts = columns.flatMap((column) => {
    const [is, should] = [JSON.stringify(kept[column]), JSON.stringify(made[column])]
    return is === should ? [] : [`${column} is ${is}, should be ${should}`]
  })
  if (parts.length > 0) return parts.join('; ')
  return columns.includes('rating') ? 'rating_score does not follow from rating and rating_count' : 'differed'
}
