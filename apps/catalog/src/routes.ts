import type { Endpoint } from '@marquee/service-kit'
import { getAudience } from './audience/get-audience.js'
import { listUserIds } from './audience/list-user-ids.js'
import { listWatchHistory } from './audience/list-watch-history.js'
import { archiveContent } from './content/archive-content.js'
import { createContent } from './content/create-content.js'
import { getContent } from './content/get-content.js'
import { listContent } from './content/list-content.js'
import { listContentIds } from './content/list-content-ids.js'
import { patchContent } from './content/patch-content.js'
import type { Catalog } from './context.js'
import { listAllEpisodes } from './copies/list-all-episodes.js'
import { listAllTitles } from './copies/list-all-titles.js'
import { listContentCredits } from './credits/list-content-credits.js'
import { putContentCredits } from './credits/put-content-credits.js'
import { archiveEpisode } from './episodes/archive-episode.js'
import { createEpisode } from './episodes/create-episode.js'
import { getEpisode } from './episodes/get-episode.js'
import { listEpisodes } from './episodes/list-episodes.js'
import { patchEpisode } from './episodes/patch-episode.js'
import { createGenre } from './genres/create-genre.js'
import { listGenres } from './genres/list-genres.js'
import { createPerson } from './people/create-person.js'
import { deletePerson } from './people/delete-person.js'
import { getPerson } from './people/get-person.js'
import { listPeople } from './people/list-people.js'
import { patchPerson } from './people/patch-person.js'
import { getInternalPlay } from './play/get-internal-play.js'
import { createSource } from './sources/create-source.js'
import { deleteSource } from './sources/delete-source.js'
import { listSources } from './sources/list-sources.js'
import { createSubtitle } from './subtitles/create-subtitle.js'
import { deleteSubtitle } from './subtitles/delete-subtitle.js'
import { listSubtitles } from './subtitles/list-subtitles.js'
import { putDefaultSubtitle } from './subtitles/put-default-subtitle.js'
import { createTag } from './tags/create-tag.js'
import { listContentTags } from './tags/list-content-tags.js'
import { listTags } from './tags/list-tags.js'
import { putContentTags } from './tags/put-content-tags.js'

/** Every URL of this app; each endpoint names its own. */
export const routes = (catalog: Catalog): Endpoint[] => [
  listContentIds(catalog), //     GET    /api/v1/content/ids
  listContent(catalog), //        GET    /api/v1/content
  createContent(catalog), //      POST   /api/v1/content
  getContent(catalog), //         GET    /api/v1/content/{id}
  patchContent(catalog), //       PATCH  /api/v1/content/{id}
  archiveContent(catalog), //     DELETE /api/v1/content/{id}
  listEpisodes(catalog), //       GET    /api/v1/content/{id}/episodes
  createEpisode(catalog), //      POST   /api/v1/content/{id}/episodes
  getEpisode(catalog), //         GET    /api/v1/episodes/{id}
  patchEpisode(catalog), //       PATCH  /api/v1/episodes/{id}
  archiveEpisode(catalog), //     DELETE /api/v1/episodes/{id}
  listGenres(catalog), //         GET    /api/v1/genres
  createGenre(catalog), //        POST   /api/v1/genres
  listContentCredits(catalog), // GET    /api/v1/content/{id}/credits
  putContentCredits(catalog), //  PUT    /api/v1/content/{id}/credits
  listContentTags(catalog), //    GET    /api/v1/content/{id}/tags
  putContentTags(catalog), //     PUT    /api/v1/content/{id}/tags
  listSources(catalog), //        GET    /api/v1/episodes/{id}/sources
  createSource(catalog), //       POST   /api/v1/episodes/{id}/sources
  deleteSource(catalog), //       DELETE /api/v1/episodes/{id}/sources/{sourceId}
  listSubtitles(catalog), //      GET    /api/v1/episodes/{id}/subtitles
  createSubtitle(catalog), //     POST   /api/v1/episodes/{id}/subtitles
  deleteSubtitle(catalog), //     DELETE /api/v1/episodes/{id}/subtitles/{subtitleId}
  putDefaultSubtitle(catalog), // PUT    /api/v1/episodes/{id}/subtitles/{subtitleId}/default
  listPeople(catalog), //         GET    /api/v1/people
  createPerson(catalog), //       POST   /api/v1/people
  getPerson(catalog), //          GET    /api/v1/people/{id}
  patchPerson(catalog), //        PATCH  /api/v1/people/{id}
  deletePerson(catalog), //       DELETE /api/v1/people/{id}
  listTags(catalog), //           GET    /api/v1/tags
  createTag(catalog), //          POST   /api/v1/tags
  listUserIds(catalog), //        GET    /api/v1/content/users/ids
  listWatchHistory(catalog), //   GET    /api/v1/content/users/{userId}/watch-history
  getAudience(catalog), //        GET    /internal/content/{id}/audience
  getInternalPlay(catalog), //    GET    /internal/episodes/{id}/play
  listAllTitles(catalog), //      GET    /internal/titles
  listAllEpisodes(catalog), //    GET    /internal/episodes
]
