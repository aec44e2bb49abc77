import { ApiError, type Reply } from '@marquee/service-kit'
import { trusted } from 'mongoose'
import type { Database, Tx } from './database-store.js'
import type { AnswerDocument } from './models-store.js'
import { isDuplicate, isWriteConflict } from './outage.js'

/** A POST with an Idempotency-Key. */
export interface KeyedRequest {
  /** Of principal, route and key. */
  id: string
  requestHash: string
  ttlMs: number
}

/** Another request with this key is under way, or has been answered since we looked. */
export class KeyTaken extends Error {
  constructor() {
    super('the Idempotency-Key is taken')
    this.name = 'KeyTaken'
  }
}

/** The answer that was given under this key; null when it is new, or older than it is kept. @throws ApiError idempotency_key_reused */
export async function keptAnswer(
  { answers, clock }: Database,
  { id, requestHash }: KeyedRequest,
): Promise<Reply | null> {
  // MongoDB removes what has expired once a minute; until then it stands in the way of the next use.
  const found = await answers.findById(id).lean<AnswerDocument>().exec()
  if (!found) return null
  if (found.expiresAt.getTime() <= (await clock.now())) {
    await answers.deleteOne({ _id: id, expiresAt: trusted({ $lte: found.expiresAt }) }).exec()
    return null
  }
  if (found.requestHash !== requestHash)
    throw new ApiError('idempotency_key_reused', 'This Idempotency-Key was used with another request.')
  const { status, headers, body } = found
  return { status, headers, body: Buffer.from(body.buffer) }
}

/** Keeps the answer in the transaction of its effect: first in it, so that whoever comes meanwhile with this key learns of us. @throws KeyTaken */
export async function keepAnswer(
  { answers, clock }: Database,
  tx: Tx,
  { id, requestHash, ttlMs }: KeyedRequest,
  { status, headers = {}, body = '' }: Reply,
): Promise<void> {
  const expiresAt = new Date((await clock.now()) + ttlMs)
  const answer = { _id: id, requestHash, status, headers, body: Buffer.from(body as string), expiresAt }
  try {
    await answers.insertMany([answer], { session: tx, lean: true })
  } catch (error) {
    if (isDuplicate(error) || isWriteConflict(error)) throw new KeyTaken()
    throw error
  }
}
