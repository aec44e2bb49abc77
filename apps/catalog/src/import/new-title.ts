import type { CreateContent, Genre } from '@marquee/contracts'

export interface NewEpisode {
  id: string
  seasonNumber: number
  number: number
  sortOrder: number
  title: string
  originalTitle: string | null
  durationSeconds: number | null
  creditsStartSeconds: number | null
  airDate: string | null
  thumbnailUrl: string | null
  isFree: boolean
  status: 'draft' | 'scheduled' | 'published' | 'archived'
}

/** A checked title on its way into the tables, with everything that is written in the same transaction. */
export interface NewTitle {
  id: string
  /** Best first; the first free one is taken. */
  slugs: string[]
  content: Omit<CreateContent, 'slug' | 'genres'>
  titleLanguage: string
  createdAt: Date
  genres: Genre[]
  /** Names by language: the title, then what else it is called. */
  translations: Record<string, string[]>
  externalIds: Record<string, { externalId: string; url: string | null }>
  episodes: NewEpisode[]
}
