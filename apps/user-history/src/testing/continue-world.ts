import { randomUUID } from 'node:crypto'
import { world } from '@marquee/contracts'
import type { Pool } from '@marquee/postgres'
import { titleCopy } from '../titles/copies.js'
import { type EpisodeCopy, keepCopies, type TitleCopy } from '../titles/copies-store.js'

export interface Made {
  /** Of the first season, out since long. */
  episodes?: number
  airingStatus?: TitleCopy['airingStatus']
  isVip?: boolean
  isFree?: boolean
}

/** Titles with episodes of 1000 s, as the catalogue's events would have brought them long ago. */
export async function continueWorld(primary: Pool, count: number, made: Made = {}) {
  const { episodes: length = 3, airingStatus = 'airing', isVip = false, isFree = false } = made
  const titles = Array.from({ length: count }, () => {
    const id = randomUUID()
    const one = (number: number, more: Partial<EpisodeCopy> = {}): EpisodeCopy => ({
      ...world.episodes.winterTide1,
      ...{
        id: randomUUID(),
        contentId: id,
        seasonNumber: 1,
        number,
        sortOrder: number,
        title: `Episode ${number}`,
      },
      ...{ durationSeconds: 1000, creditsStartSeconds: null, isFree, airDate: '2020-01-01T00:00:00.000Z' },
      ...more,
    })
    const episodes = Array.from({ length }, (_, n) => one(n + 1))
    return {
      id,
      copy: titleCopy(
        { ...world.contents.winterTide, id, slug: `t-${id}`, airingStatus, isVip, ageRating: null },
        1,
      ),
      copies: episodes,
      episodes: episodes.map((episode) => episode.id),
      /** A further episode, or another version of one. @returns its id */
      async add(more: Partial<EpisodeCopy> = {}): Promise<string> {
        const episode = one(length + 1, more)
        await keepCopies(primary, { episodes: [episode] })
        return episode.id
      },
    }
  })
  await keepCopies(primary, {
    titles: titles.map(({ copy }) => copy),
    episodes: titles.flatMap(({ copies }) => copies),
  })
  return titles
}
