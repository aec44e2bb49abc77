import { world } from '@marquee/contracts'
import type { Counters } from '../counters-store.js'
import { applyTitles, type TitleState } from '../titles/title-store.js'

/** A published title for tests, like Winter Tide unless told otherwise. */
export const titleState = (over: Partial<TitleState> = {}): TitleState => {
  const { id, slug, origin, genres } = world.contents.winterTide
  const state = {
    id,
    version: 1,
    status: 'published',
    slug,
    origin,
    genreIds: genres.map((genre) => genre.id),
    summary: '',
    ...over,
  }
  return {
    ...state,
    summary:
      over.summary ??
      JSON.stringify({ ...world.summaries.winterTide, id: state.id, slug: state.slug, origin: state.origin }),
  }
}

/** The n-th made-up title's id: they sort as their numbers do. */
export const idOf = (n: number): string => `01920009-0000-7000-8000-${String(n).padStart(12, '0')}`

/** Makes titles 0 to count - 1 known as published. */
export async function knowTitles(
  counters: Counters,
  count: number,
  over: (n: number) => Partial<TitleState> = () => ({}),
) {
  const states = Array.from({ length: count }, (_, n) =>
    titleState({ id: idOf(n), slug: `title-${n}`, ...over(n) }),
  )
  await applyTitles(counters, states)
  return states.map(({ id }) => id)
}
