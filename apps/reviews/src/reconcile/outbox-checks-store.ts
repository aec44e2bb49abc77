import { type Check, checkOf } from '@marquee/service-kit'
import { type ClientSession, trusted } from 'mongoose'
import type { Database } from '../database-store.js'
import { statedVersions } from '../summaries/recount-store.js'

/** Facts are kept 7 days after the broker confirmed them, so those of the last 6 are all there. */
const keptDays = 6
const dayMs = 86_400_000

/** Every review of the last days was stated, whether that was sent yet or not. */
export async function checkPosted(database: Database, session: ClientSession): Promise<Check> {
  const { reviews, outbox, clock } = database
  const stated = new Set<string>()
  const facts = outbox.find({ type: 'review.posted' }, { _id: 0, subject: 1 }).session(session)
  for await (const { subject } of facts.lean<{ subject: string }[]>().cursor({ batchSize: 5000 }))
    stated.add(subject)
  const since = new Date((await clock.now()) - keptDays * dayMs)
  const recent = reviews.find({ createdAt: trusted({ $gt: since }) }, { createdAt: 1 }).session(session)
  const differ: { id: string; createdAt: Date }[] = []
  let compared = 0
  for await (const { _id: id, createdAt } of recent
    .lean<{ _id: string; createdAt: Date }[]>()
    .cursor({ batchSize: 5000 })) {
    compared++
    if (!stated.has(id)) differ.push({ id, createdAt })
  }
  return checkOf(`reviews of ${keptDays} days against facts stated`, compared, differ)
}

/** The newest version of a title's figures was stated, of titles whose facts are still kept. */
export async function checkStated(database: Database, session: ClientSession): Promise<Check> {
  const stated = await statedVersions(database, session)
  const differ: { id: string; version: number | null; stated: number }[] = []
  const kept = database.summaries.find({}, { version: 1 }).session(session)
  const versions = new Map<string, number>()
  for await (const { _id, version } of kept
    .lean<{ _id: string; version: number }[]>()
    .cursor({ batchSize: 5000 }))
    versions.set(_id, version)
  for (const [id, newest] of stated) {
    const version = versions.get(id) ?? null
    if (version !== newest) differ.push({ id, version, stated: newest })
  }
  return checkOf('versions of figures against facts stated', stated.size, differ)
}
