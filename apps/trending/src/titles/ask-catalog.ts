import { Content } from '@marquee/contracts'
import { ApiError, type HttpClient } from '@marquee/service-kit'
import { titleOfContent } from './title-state.js'
import type { TitleState } from './title-store.js'

/** Who found the title unknown just before the answer was kept may come here just after: the answer is theirs too. */
const lateMs = 100

/**
 * Asks the owner about a title that is not known here, and keeps its answer: its word alone is a 404. Callers that ask about one title
 * at the same time share one question.
 * @throws ApiError content_not_found when the catalogue says so; unavailable (with Retry-After) when it does not answer.
 */
export function createAskCatalog(
  catalog: Pick<HttpClient, 'get'>,
  keep: (title: TitleState) => Promise<unknown>,
): (ref: string) => Promise<void> {
  const asking = new Map<string, Promise<void>>()

  async function ask(ref: string): Promise<void> {
    const { status, body } = await catalog
      .get(`/api/v1/content/${encodeURIComponent(ref)}`)
      .catch((cause: unknown) => {
        throw unanswered(cause)
      })
    if (status === 404)
      throw new ApiError('content_not_found', 'There is no published title with this id or slug.')
    if (status !== 200) throw unanswered(new Error(`the catalogue answered ${status}`))
    const content = Content.safeParse(JSON.parse(body.toString()))
    if (!content.success)
      throw new Error('the catalogue answered a title of another shape', { cause: content.error })
    await keep(titleOfContent(content.data))
  }

  return (ref) => {
    const running = asking.get(ref)
    if (running) return running
    const question = ask(ref)
    asking.set(ref, question)
    const forget = () => asking.delete(ref)
    question.then(() => setTimeout(forget, lateMs).unref(), forget)
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
