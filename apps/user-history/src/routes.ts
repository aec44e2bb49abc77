import type { Endpoint } from '@marquee/service-kit'
import type { UserHistory } from './context.js'
import { dismissTitle } from './continue-watching/dismiss-title.js'
import { listContinueWatching } from './continue-watching/list-continue-watching.js'
import { addFavorite } from './favorites/add-favorite.js'
import { listFavorites } from './favorites/list-favorites.js'
import { removeFavorite } from './favorites/remove-favorite.js'
import { getPlayState } from './playing/get-play-state.js'
import { postProgress } from './progress/post-progress.js'
import { postProgressBatch } from './progress/post-progress-batch.js'
import { changeSettings } from './users/change-settings.js'
import { changeUser } from './users/change-user.js'
import { getSettings } from './users/get-settings.js'
import { getUser } from './users/get-user.js'
import { getViewing } from './viewing/get-viewing.js'
import { beginRewatch } from './watch-status/begin-rewatch.js'
import { listWatchStatus } from './watch-status/list-watch-status.js'
import { setWatchStatus } from './watch-status/set-watch-status.js'

/** Every path of this app. */
export const routes = (userHistory: UserHistory): Endpoint[] => [
  postProgress(userHistory), //         POST   /api/v1/progress
  postProgressBatch(userHistory), //    POST   /api/v1/progress/batch
  listContinueWatching(userHistory), // GET    /api/v1/continue-watching
  dismissTitle(userHistory), //         DELETE /api/v1/continue-watching/{contentId}
  listFavorites(userHistory), //        GET    /api/v1/favorites
  addFavorite(userHistory), //          PUT    /api/v1/favorites/{contentId}
  removeFavorite(userHistory), //       DELETE /api/v1/favorites/{contentId}
  listWatchStatus(userHistory), //      GET    /api/v1/watch-status
  setWatchStatus(userHistory), //       PUT    /api/v1/watch-status/{contentId}
  beginRewatch(userHistory), //         POST   /api/v1/watch-status/{contentId}/rewatch
  getUser(userHistory), //              GET    /api/v1/users/{id}
  changeUser(userHistory), //           PATCH  /api/v1/users/{id}
  getSettings(userHistory), //          GET    /api/v1/users/{id}/settings
  changeSettings(userHistory), //       PATCH  /api/v1/users/{id}/settings
  getViewing(userHistory), //           GET    /internal/content/{id}/viewing
  getPlayState(userHistory), //         GET    /internal/play/{episodeId}
]
