import type { Endpoint } from '@marquee/service-kit'
import type { UserHistory } from './context.js'

/** Every path of this app. */
export const routes = (_userHistory: UserHistory): Endpoint[] => []
