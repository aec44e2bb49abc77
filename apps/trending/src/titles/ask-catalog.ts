import { Content } from '@marquee/contracts'
import { ApiError, askOwner, type HttpClient } from '@marquee/service-kit'
import { titleOfContent } from './title-state.js'
import type { TitleState } from './title-store.js'

/**
 * Asks the owner about a title that is not known here, or not as published, and keeps its answer.
 * @throws ApiError content_not_found when the catalogue says so; unavailable when it does not answer
 */
export const createAskCatalog = (
  owner: Pick<HttpClient, 'get'>,
  keep: (title: TitleState) => Promise<unknown>,
): ((ref: string) => Promise<void>) =>
  askOwner({
    owner,
    name: 'The catalogue',
    path: (ref) => `/api/v1/content/${encodeURIComponent(ref)}`,
    schema: Content,
    keep: async (content) => void (await keep(titleOfContent(content))),
    notFound: () => new ApiError('content_not_found', 'There is no published title with this id or slug.'),
  })
export type AskCatalog = ReturnType<typeof createAskCatalog>
