import type { Content, ContentSummary, EventData } from '@marquee/contracts'
import type { TitleState } from './title-store.js'

type Snapshot = EventData<'content.updated'>

/** The summary of a list item; fields in the order of the contract. */
const summaryOf = (title: Snapshot | Content, rating: number | null): string =>
  JSON.stringify({
    id: title.id,
    slug: title.slug,
    kind: title.kind,
    title: title.title,
    posterUrl: title.posterUrl,
    year: title.year,
    origin: title.origin,
    rating,
    isVip: title.isVip,
  } satisfies ContentSummary)

const stateOf = (title: Snapshot | Content, version: number, rating: number | null): TitleState => ({
  id: title.id,
  version,
  status: title.status,
  slug: title.slug,
  origin: title.origin,
  genreIds: title.genres.map(({ id }) => id),
  summary: summaryOf(title, rating),
})

/** An event carries no rating: statistics have events of their own. */
export const titleOfEvent = (data: Snapshot, version: number): TitleState => stateOf(data, version, null)

/** The catalogue's own answer; `version` counts what `subjectVersion` of its events counts. */
export const titleOfContent = (content: Content): TitleState =>
  stateOf(content, content.version, content.rating)
