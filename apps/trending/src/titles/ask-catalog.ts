import { Content } from '@marquee/contracts'
import { ApiError, type httpClient } from '@marquee/service-kit'
import { titleOfContent } from './title-state.js'
import type { TitleState } from './title-store.js'

/**
 * Asks the owner about a title that is not known here: its word alone is a 404. Callers that ask about one title at the same time
 * share one question.
 * @throws ApiError content_not_found when the catalogue says so; unavailable (with Retry-After) when it does not answer.
 */
export function createAskCatalog(catalog: Pick<ReturnType<typeof httpClient>, 'get'>) {
  const asking = new Map<string, Promise<TitleState>>()

  async function ask(ref: string): Promise<TitleState> {
    const { status, body } = await catalog
      .get(`/api/v1/content/${encodeURIComponent(ref)}`, {})
      .catch((cause: unknown) => {
        throw unanswered(cause)
      })
    if (status === 404)
      throw new ApiError('content_not_found', 'There is no published title with this id or slug.')
    if (status !== 200) throw unanswered(new Error(`the catalogue answered ${status}`))
    const content = Content.safeParse(JSON.parse(body.toString()))
    if (!content.success)
      throw new Error('the catalogue answered a title of another shape', { cause: content.error })
    return titleOfContent(content.data)
  }

  return (ref: string): Promise<TitleState> => {
    const running = asking.get(ref)
    if (running) return running
    const question = ask(ref).finally(() => asking.delete(ref))
    asking.set(ref, question)
    return question
  }
}
export type AskCatalog = ReturnType<typeof createAskCatalog>

const unanswered = (cause: unknown) =>
  new ApiError(
    'unavailable',
    'The catalogue does not answer, and this title is not known here yet; try again shortly.',
    {
      cause,
      retryAfterSeconds: 2,
    },
  )
