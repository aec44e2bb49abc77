import type { Limits } from '@marquee/contracts'
import type { HttpClient, StoreClock } from '@marquee/service-kit'
import type { Databases } from './databases.js'

/** What endpoints, consumers and jobs of this app work with. */
export interface UserHistory extends Databases {
  catalog: Pick<HttpClient, 'get'>
  limits: Limits
  cursorKey: string
  /** Of the primary: between two instances it decides which report came later. */
  clock: StoreClock
}
