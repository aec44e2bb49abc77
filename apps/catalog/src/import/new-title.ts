import type { Subtitle, Tag, VideoSource } from '@marquee/contracts'
import type { TitleWithGenres } from '../content/title.js'
import type { NewCredit } from '../credits/credit-rules.js'
import type { EpisodeRow } from '../episodes/episode.js'

/** A checked title on its way into the tables, with everything that is written in the same transaction. */
export interface NewTitle {
  /** Its slug is empty until it is placed. */
  title: TitleWithGenres
  /** Best first; the first free one is taken. */
  slugs: string[]
  /** Names by language: the title, then what else it is called. */
  translations: Record<string, string[]>
  externalIds: Record<string, { externalId: string; url: string | null }>
  episodes: EpisodeRow[]
  sources?: Omit<VideoSource, 'createdAt'>[]
  subtitles?: Omit<Subtitle, 'createdAt'>[]
  tags?: Tag[]
  credits?: NewCredit[]
  /** In another catalogue. */
  rating?: { source: string; rating: number; votes: number | null } | null
}
