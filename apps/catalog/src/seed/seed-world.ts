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

/** The named world with its fixed ids, always the first titles of a seed. */
export const worldTitles = (): NewTitle[] =>
  Object.values(world.contents).map((content) => {
    const {
      id,
      slug,
      genres,
      rating,
      ratingCount,
      totalViews,
      popularity,
      version,
      createdAt,
      updatedAt,
      ...rest
    } = content
    const original = { [content.originalLanguage]: content.originalTitle, en: content.title }
    return {
      id,
      slugs: [slug],
      content: rest as NewTitle['content'],
      createdAt: new Date(createdAt),
      genres,
      translations: original,
      externalIds: {},
      episodes: episodesOf(id),
    }
  })
