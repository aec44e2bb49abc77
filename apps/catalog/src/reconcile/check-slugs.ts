import type { Pool } from '@marquee/postgres'
import { type Check, checkOf } from '@marquee/service-kit'
import { type Differing, persisting } from '../projections/persisting.js'
import {
  holdersOf,
  type SlugOf,
  slugsHeldBy,
  slugsInPages,
  slugsOf,
  slugsOfTitlesInPages,
} from './reconcile-store.js'

/** What is wrong, by title. */
type Wrong = [id: string, differs: string][]

const idsOf = (rows: SlugOf[]) => rows.map(({ id }) => id)

/** Every title holds its own slug in the side table, and nobody holds another one. Titles that differ are looked at again. */
export async function checkSlugs(pool: Pool, pauseMs = 500, size = 2000): Promise<Check> {
  const found: Differing = new Map()
  let compared = 0
  for await (const titles of slugsOfTitlesInPages(pool, size)) {
    compared += titles.length
    for (const [id, differs] of await unheld(pool, titles)) found.set(id, differs)
  }
  for await (const held of slugsInPages(pool, size))
    for (const [id, differs] of await unowned(pool, held)) found.set(id, differs)
  const look = async (ids: string[]): Promise<Differing> =>
    new Map([
      ...(await unheld(pool, await slugsOf(pool, ids))),
      ...(await unowned(pool, await slugsHeldBy(pool, ids))),
    ])
  const differing = await persisting(found, look, pauseMs)
  const examples = [...differing].map(([id, differs]) => ({ id, differs }))
  return checkOf('content_slugs', compared, examples)
}

/** Titles whose slug is held by nobody or by another one. */
async function unheld(pool: Pool, titles: SlugOf[]): Promise<Wrong> {
  const wanted = titles.map(({ slug }) => slug)
  const holder = new Map((await holdersOf(pool, wanted)).map(({ slug, id }) => [slug, id]))
  return titles.flatMap(({ id, slug }): Wrong => {
    const by = holder.get(slug)
    return by === id ? [] : [[id, `slug is ${JSON.stringify(slug)}, held by ${by ?? 'nobody'}`]]
  })
}

/** Slugs that are held for a title that has another one, or that there is not. */
async function unowned(pool: Pool, held: SlugOf[]): Promise<Wrong> {
  const own = new Map((await slugsOf(pool, idsOf(held))).map(({ id, slug }) => [id, slug]))
  return held.flatMap(({ id, slug }): Wrong => {
    const has = own.get(id)
    if (has === slug) return []
    return [
      [id, `holds ${JSON.stringify(slug)}, has ${has === undefined ? 'no title' : JSON.stringify(has)}`],
    ]
  })
}
