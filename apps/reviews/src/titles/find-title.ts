import { Content, isUuid } from '@marquee/contracts'
import { ApiError, askOwner, type HttpClient } from '@marquee/service-kit'
import type { Database } from '../database-store.js'
import { applyTitles, publishedTitle, titleOfSlug } from './title-store.js'

const unknown = () => new ApiError('content_not_found', 'There is no published title with this id or slug.')

export interface FindTitle {
  /**
   * The id of a published title. What is not known here as published is asked of its owner, whose word alone is a 404; a copy that lags
   * never is.
   * @throws ApiError content_not_found, unavailable
   */
  findTitle(ref: string): Promise<string>
  /** The same of a title that may have been taken down: its reviews can still be removed. A UUID is taken as it is. */
  titleIdOf(ref: string): Promise<string>
}

export function createFindTitle(database: Database, owner: Pick<HttpClient, 'get'>): FindTitle {
  const ask = askOwner({
    owner,
    name: 'The catalogue',
    path: (ref) => `/api/v1/content/${encodeURIComponent(ref)}`,
    schema: Content,
    async keep({ id, version, status, slug }) {
      if (status !== 'published') throw unknown()
      await applyTitles(database, [
        { _id: id, version, status, slug, at: new Date(await database.clock.now()) },
      ])
      return id
    },
    notFound: unknown,
  })
  return {
    findTitle: async (ref) => (await publishedTitle(database, ref)) ?? (await ask(ref)),
    async titleIdOf(ref) {
      if (isUuid(ref)) return ref
      return (await titleOfSlug(database, ref)) ?? (await ask(ref))
    },
  }
}
