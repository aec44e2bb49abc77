import { Content, EpisodeDetail, type z } from '@marquee/contracts'
import { ApiError, type Incoming } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { episodeCopy, titleCopy } from './copies.js'
import { keepCopies } from './copies-store.js'
import { type KnownEpisode, readEpisode } from './episode-store.js'

/**
 * Finds an episode that may be reported. One that the copy here does not know, or believes unpublished, is asked of the catalogue, whose
 * word alone is a 404; callers that ask about one episode at the same time share one question.
 * @throws ApiError episode_not_found; unavailable (with Retry-After) when the catalogue would have to be asked and does not answer
 */
export function createFindEpisode({ primary, catalog }: Pick<UserHistory, 'primary' | 'catalog'>) {
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
  const readOnce = singleFlight((id) => readEpisode(primary, id))
  return async (id: string): Promise<KnownEpisode> => {
    const known = await readOnce(id)
    if (known?.published) return known
    await askOnce(id)
    // A reading of its own: one that is under way may have begun before the answer was kept.
    const learnt = await readEpisode(primary, id)
    if (!learnt?.published) throw noEpisode()
    return learnt
  }
}

/** Those who ask for the same at the same time share one answer. */
function singleFlight<T>(work: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>()
  return (key) => {
    const own = running.get(key) ?? work(key).finally(() => running.delete(key))
    running.set(key, own)
    return own
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
