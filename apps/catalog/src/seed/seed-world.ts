import { CreateContent, type Genre, world } from '@marquee/contracts'
import { seedId } from '@marquee/seed'
import { newTitle } from '../content/content-rules.js'
import type { EpisodeRow } from '../episodes/episode.js'
import type { NewTitle } from '../import/new-title.js'
import { moreGenres } from './words.js'
import { worldPlay } from './world-play.js'

export const worldGenres: Genre[] = Object.values(world.genres)

/** The genres every size has: those of the named world with their ids, then the common rest. */
export const seedGenres = (seed: number): Genre[] => [
  ...worldGenres,
  ...moreGenres.map((name, i) => ({ id: seedId(seed, i, `genre ${name}`), name })),
]

const episodesOf = (id: string): EpisodeRow[] =>
  Object.values(world.episodes)
    .filter(({ contentId }) => contentId === id)
    .map((episode) => ({ ...episode, airDate: new Date(episode.airDate) }))

type WorldContent = (typeof world.contents)[keyof typeof world.contents]

/** As POST /content takes it. */
function bodyOf(content: WorldContent): CreateContent {
  const { id, createdAt, updatedAt, rating, ratingCount, totalViews, popularity, version, genres, ...body } =
    content
  return CreateContent.parse(body)
}

/** The named world with its fixed ids, always the first titles of a seed. Its genres are those the catalogue has by that name. */
export function worldTitles(genres: Genre[]): NewTitle[] {
  const byName = new Map(genres.map((genre) => [genre.name.toLowerCase(), genre]))
  return Object.values(world.contents).map((content) => {
    const { id, slug, title, originalTitle, originalLanguage, createdAt } = content
    const named = content.genres.map((genre) => byName.get(genre.name.toLowerCase()) ?? genre)
    return {
      title: newTitle(bodyOf(content), id, named, new Date(createdAt)),
      slugs: [slug, `${slug}-${id.slice(-12)}`],
      translations: { [originalLanguage]: [originalTitle], en: [title] },
      externalIds: {},
      episodes: episodesOf(id),
      ...worldPlay(id),
    }
  })
}
