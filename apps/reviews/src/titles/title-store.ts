import { isUuid } from '@marquee/contracts'
import { trusted } from 'mongoose'
import type { Database } from '../database-store.js'
import { isDuplicate } from '../outage.js'
import type { TitleDocument } from './title-document.js'

type Id = Pick<TitleDocument, '_id'>

async function newestId({ titles }: Database, filter: Partial<TitleDocument>): Promise<string | null> {
  const found = await titles.findOne(filter, { _id: 1 }).sort({ at: -1 }).lean<Id>().exec()
  return found?._id ?? null
}

/** The id of a title that is published as far as we know. A slug is whose it was said to be last. */
export const publishedTitle = (database: Database, ref: string): Promise<string | null> =>
  newestId(database, { ...(isUuid(ref) ? { _id: ref } : { slug: ref }), status: 'published' })

/** The id of the title that has or had this slug, whatever its status. */
export const titleOfSlug = (database: Database, slug: string): Promise<string | null> =>
  newestId(database, { slug })

/**
 * Keeps each state that is newer than what is kept, so that neither order nor repetition matters.
 * @returns how many titles changed
 */
export async function applyTitles({ titles }: Database, states: TitleDocument[]): Promise<number> {
  if (states.length === 0) return 0
  const newest = new Map<string, TitleDocument>()
  for (const state of states)
    if (state.version > (newest.get(state._id)?.version ?? 0)) newest.set(state._id, state)
  const updates = [...newest.values()].map(({ _id, version, ...state }) => ({
    updateOne: {
      filter: { _id, version: trusted({ $lt: version }) },
      update: { $set: { version, ...state } },
      upsert: true,
    },
  }))
  try {
    return changed(await titles.bulkWrite(updates, { ordered: false }))
  } catch (error) {
    if (!onlyDuplicates(error)) throw error
    return changed(error as Written)
  }
}

interface Written {
  modifiedCount: number
  upsertedCount: number
}
const changed = ({ modifiedCount, upsertedCount }: Written) => modifiedCount + upsertedCount

/** What is as new or newer does not match, and the insert then finds its id taken: nothing to do for that one. */
function onlyDuplicates(error: unknown): boolean {
  const { writeErrors } = error as { writeErrors?: unknown }
  return isDuplicate(error) && [writeErrors ?? []].flat().every(isDuplicate)
}
