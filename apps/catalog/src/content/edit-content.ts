import { type Tx, transaction } from '@marquee/postgres'
import type { Catalog } from '../context.js'
import { lockTitle, updateTitle } from './content-store.js'
import { contentId, noContent } from './find-content.js'
import type { TitleWithGenres } from './title.js'
import { forgetTitle } from './told.js'

export interface Edit<T> {
  /** The title as it shall be, null to leave it as it is. Runs under the lock of the title's row. */
  change(before: TitleWithGenres, tx: Tx): Promise<TitleWithGenres | null> | TitleWithGenres | null
  /** What to answer, read in the same transaction. */
  answer(tx: Tx, id: string): Promise<T>
  traceparent?: string | undefined
}

/** One edit of a title: lock, change, projection and event in one transaction; then the caches. @throws ApiError content_not_found */
export async function editContent<T>(catalog: Catalog, ref: string, edit: Edit<T>): Promise<T> {
  const id = await contentId(catalog, ref)
  const { answer, written } = await transaction(catalog.pool, async (tx) => {
    const before = await lockTitle(tx, id)
    if (!before) throw noContent(ref)
    const after = await edit.change(before, tx)
    if (after) await updateTitle(tx, before, after, edit.traceparent)
    return { answer: await edit.answer(tx, id), written: after && { before, after } }
  })
  if (written) await forgetTitle(catalog, written.before, written.after)
  return answer
}
