import { type Genre, world } from '@marquee/contracts'
import type { NewEpisode, NewTitle } from '../import/new-title.js'
import { seedId } from './seed-id.js'
import { moreGenres } from './words.js'

export const worldGenres: Genre[] = Object.values(world.genres)

/** The genres every size has: those of the named world with their ids, then the common rest. */
export const seedGenres = (seed: number): Genre[] => [
  ...worldGenres,
  ...moreGenres.map((name, i) => ({ id: seedId(seed, i, `genre ${name}`), name })),
]

const episodesOf = (contentId: string): NewEpisode[] =>
  Object.values(world.episodes)
    .filter((episode) => episode.contentId === contentId)
    .map(({ contentId: _, version: __, ...episode }) => episode)

/** The named world with its fixed ids, always the first titles of a seed. Its genres are those the catalogue has by that name. */
export function worldTitles(genres: Genre[]): NewTitle[] {
  const byName = new Map(genres.map((genre) => [genre.name, genre]))
  return Object.values(world.contents).map((content) => {
    const { id, slug, createdAt } = content
    const {
      rating,
      ratingCount,
      totalViews,
      popularity,
      version,
      updatedAt,
      genres: named,
      ...rest
    } = content
    return {
      id,
      slugs: [slug],
      content: rest as NewTitle['content'],
      titleLanguage: 'en',
      createdAt: new Date(createdAt),
      genres: named.map((genre) => byName.get(genre.name) ?? genre),
      translations: { [content.originalLanguage]: [content.originalTitle], en: [content.title] },
      externalIds: {},
      episodes: episodesOf(id),
    }
  })
}
