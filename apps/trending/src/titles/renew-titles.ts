import { InternalTitles } from '@marquee/contracts'
import { type HttpClient, ownerPages, type Rebuilt, renewCopy } from '@marquee/service-kit'
import type { Counters } from '../counters-store.js'
import { alone } from '../rebuild/alone-store.js'
import { titleOfEvent } from './title-state.js'
import {
  applyTitles,
  forgetTitles,
  type KeptTitle,
  keptTitles,
  readTitles,
  slugOwners,
  type TitleState,
  type Tombstone,
} from './title-store.js'

type Said = InternalTitles['items'][number]

/**
 * The copy of titles anew from the catalogue, row by row, while its events go on.
 * @throws Error when the catalogue does not answer, or another rebuild of titles is at work
 */
export async function renewTitles(
  counters: Counters,
  catalog: Pick<HttpClient, 'get'>,
  options: { dryRun: boolean; progress?: (titles: number) => void },
): Promise<Rebuilt> {
  const began = performance.now()
  const found = await alone(counters, 'rebuilding-titles', () =>
    renewCopy<Said>(
      {
        owner: () => ownerPages(catalog, '/internal/titles', InternalTitles),
        async *all() {
          for await (const titles of keptTitles(counters))
            yield titles.map(({ id, version }) => ({ id, version: Number(version) }))
        },
        kept: (said) => held(counters, said),
        async replace(wrong) {
          const seen = wrong.flatMap(({ said, seen }) => (seen === null ? [] : [[said.id, seen] as const]))
          await applyTitles(
            counters,
            wrong.map(({ said }) => stateOf(said)),
            new Map(seen),
          )
        },
        remove: (rows) => forgetTitles(counters, rows),
      },
      options,
    ),
  )
  const ms = Math.round(performance.now() - began)
  return { what: 'titles', ...found, swapped: !options.dryRun, ms }
}

/** As its events would have it. */
const stateOf = (said: Said): TitleState | Tombstone =>
  said.status === 'archived'
    ? { id: said.id, version: said.version, status: 'archived' }
    : titleOfEvent(said, said.version)

async function held(counters: Counters, said: readonly Said[]) {
  const titles = await readTitles(
    counters,
    said.map(({ id }) => id),
  )
  const kept = new Map(titles.map((title) => [title.id, title]))
  const owners = await slugOwners(
    counters,
    said.map(({ slug }) => slug),
  )
  return new Map(
    said.flatMap((one, i) => {
      const title = kept.get(one.id)
      if (!title) return []
      const same = isSame(stateOf(one), title) && (one.status === 'archived' || owners[i] === one.id)
      return [[one.id, { version: Number(title.version) || 0, same }]]
    }),
  )
}

function isSame(state: TitleState | Tombstone, kept: KeptTitle): boolean {
  if (state.status !== kept.status) return false
  if (!('summary' in state)) return true
  const { slug, origin, genreIds, summary } = state
  return (
    slug === kept.slug &&
    origin === kept.origin &&
    genreIds.join(',') === kept.genres &&
    withoutRating(summary) === withoutRating(kept.summary)
  )
}

/** Events carry no rating, the catalogue's answer to one question does. */
function withoutRating(summary: string | null): string | null {
  try {
    return JSON.stringify({ ...JSON.parse(summary ?? ''), rating: null })
  } catch {
    return null
  }
}
