import { Content, EpisodeDetail, type z } from '@marquee/contracts'
import { isOutage } from '@marquee/postgres'
import { ApiError, type Incoming, singleFlight } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { createBatches } from '../in-batches.js'
import { episodeCopy, titleCopy } from './copies.js'
import { keepCopies } from './copies-store.js'
import { isPublished, type KnownEpisode, readEpisodes } from './episode-store.js'

/**
 * Finds an episode that may be reported. One that the copy here does not know, or believes unpublished, is asked of the catalogue, whose
 * word alone is a 404; callers that ask about one episode at the same time share one question.
 * @throws ApiError episode_not_found; unavailable (with Retry-After) when the catalogue would have to be asked and does not answer
 */
export function createFindEpisode({
  primary,
  catalog,
  limits,
}: Pick<UserHistory, 'primary' | 'catalog' | 'limits'>) {
  async function ask(id: string): Promise<void> {
    const asked = await answer(catalog.get(`/api/v1/episodes/${id}`), EpisodeDetail)
    const path = `/api/v1/content/${asked.contentId}?include=episodes`
    const { episodes = [], ...title } = await answer(catalog.get(path), Content)
    await keepCopies(primary, {
      titles: [titleCopy(title, title.version)],
      episodes: [asked, ...episodes].map((episode) => episodeCopy(episode, episode.version)),
    })
  }
  const askOnce = singleFlight(ask)
  const read = createBatches<string, KnownEpisode | null>({
    size: 100,
    patienceMs: limits.storeTimeoutMs,
    isOutage,
    run: (_, ids) => readEpisodes(primary, ids),
  })
  return async (id: string): Promise<KnownEpisode> => {
    const known = await read('episodes', id)
    if (known && isPublished(known)) return known
    await askOnce(id)
    const learnt = await read('episodes', id)
    if (!learnt || !isPublished(learnt)) throw noEpisode()
    return learnt
  }
}

async function answer<Schema extends z.ZodType>(
  asked: Promise<Incoming>,
  schema: Schema,
): Promise<z.output<Schema>> {
  const { status, body } = await asked.catch((cause: unknown) => {
    throw unanswered(cause)
  })
  if (status === 404) throw noEpisode()
  if (status !== 200) throw unanswered(new Error(`the catalogue answered ${status}`))
  const parsed = schema.safeParse(JSON.parse(body.toString()))
  if (!parsed.success) throw new Error('the catalogue answered in another shape', { cause: parsed.error })
  return parsed.data
}

const noEpisode = () => new ApiError('episode_not_found', 'There is no published episode with this id.')

const unanswered = (cause: unknown) =>
  new ApiError(
    'unavailable',
    'The catalogue does not answer, and this episode is not known here yet; try again shortly.',
    { cause, retryAfterSeconds: 2 },
  )
