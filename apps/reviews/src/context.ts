import type { Limits } from '@marquee/contracts'
import type { Database } from './database-store.js'
import type { InLine } from './in-line.js'

/** What the endpoints of this app work with. */
export interface Reviews {
  database: Database
  limits: Limits
  cursorKey: string
  /** The id of a published title. @throws ApiError content_not_found, unavailable */
  findTitle(ref: string): Promise<string>
  /** The id of a title, published or not; a UUID is taken for one. @throws ApiError content_not_found, unavailable */
  titleIdOf(ref: string): Promise<string>
  /** Writers of one title here wait for each other, instead of making each other begin anew. */
  inLine: InLine
}
