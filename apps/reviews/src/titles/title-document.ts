import type { Status } from '@marquee/contracts'

/** What the catalogue said last of a title; `archived` is a tombstone. */
export interface TitleDocument {
  _id: string
  /** Of the title, as the catalogue counts: `subjectVersion` of its events. */
  version: number
  status: Status
  slug: string
  /** When it was said. */
  at: Date
}
