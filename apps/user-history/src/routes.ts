import type { Endpoint } from '@marquee/service-kit'
import type { UserHistory } from './context.js'
import { postProgress } from './progress/post-progress.js'
import { getViewing } from './viewing/get-viewing.js'

/** Every path of this app. */
export const routes = (userHistory: UserHistory): Endpoint[] => [
  postProgress(userHistory), // POST /api/v1/progress
  getViewing(userHistory), //    GET /internal/content/{id}/viewing
]
