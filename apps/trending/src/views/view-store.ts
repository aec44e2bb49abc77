import { createHash, createHmac, randomBytes } from 'node:crypto'
import { isUuid, type Limits } from '@marquee/contracts'
import { v7 as uuidv7 } from 'uuid'
import type { Counters } from '../counters-store.js'
import { keptHours } from '../ranking/prepare.js'

/** One request to count a view, before anything is known about its title. */
export interface View {
  /** UUID or slug. */
  ref: string
  idempotencyKey?: string | undefined
  /** Token subject. */
  subject?: string | undefined
  address: string
  viewerId?: string | undefined
  sessionId?: string | undefined
  traceparent?: string | undefined
}

export type CountedView =
  | { verdict: 'counted' | 'repeated'; contentId: string; totalViews: number; dayViews: number }
  | { verdict: 'unknown' }
  | { verdict: 'reused' }

const route = 'POST /api/v1/content/{id}/views/increment'
const digest = (...parts: string[]) => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(`${Buffer.byteLength(part)}:${part}`)
  return hash.digest().subarray(0, 16).toString('base64url')
}

/**
 * The key of viewer hashes lives in the store whose hashes it makes: every instance uses one, and it never leaves. Asked once; a
 * failure is not remembered, so an app may start while the counters are down.
 */
export function createHashKey({ redis, key }: Counters): () => Promise<Buffer> {
  let known: Buffer | undefined
  return async () => {
    if (known) return known
    await redis.setnx(key('viewer-key'), randomBytes(32))
    known = (await redis.getBuffer(key('viewer-key'))) ?? undefined
    if (!known) throw new Error('the counters keep no viewer key')
    return known
  }
}

/**
 * Who views, and from where, as keyed hashes: they tell viewers apart and nothing else.
 * A kind stands before each value, so that nobody can name a `viewerId` that is another's subject or address.
 */
export function viewerHashes(hashKey: Buffer, view: Pick<View, 'subject' | 'viewerId' | 'address'>) {
  const hash = (kind: string, value: string) =>
    createHmac('sha256', hashKey).update(`${kind}:${value}`).digest().subarray(0, 12).toString('base64url')
  const address = hash('address', view.address)
  if (view.subject !== undefined) return { viewer: hash('subject', view.subject), address }
  if (view.viewerId !== undefined) return { viewer: hash('viewer', view.viewerId), address }
  return { viewer: address, address }
}

/** The body of `content.viewed` after its contentId, which only the script knows. */
export const viewEventTail = (viewer: string, view: Pick<View, 'subject' | 'sessionId'>): string =>
  JSON.stringify({
    viewerKey: viewer,
    userId: view.subject ?? null,
    sessionId: view.sessionId ?? null,
  }).slice(1)

/**
 * Counts a view in one script: known title? known key? then total, hour, day, viewers and the event, all or nothing.
 * The driver may send it twice after a lost connection and it counts once. Without an Idempotency-Key the id made here is the key.
 */
export async function countView(
  counters: Counters,
  hashKey: Buffer,
  limits: Limits,
  view: View,
): Promise<CountedView> {
  const eventId = uuidv7()
  const { viewer, address } = viewerHashes(hashKey, view)
  const principal = view.subject === undefined ? `address:${view.address}` : `subject:${view.subject}`
  const own = view.idempotencyKey === undefined
  const dedupe = own ? digest('id', eventId) : digest('key', principal, route, view.idempotencyKey!)
  const [verdict, contentId, totalViews, dayViews] = (await counters.run(
    'countView',
    view.ref,
    isUuid(view.ref) ? '1' : '0',
    dedupe,
    own ? limits.serverEventIdTtlMs : limits.idempotencyKeyTtlMs,
    digest(JSON.stringify([view.viewerId ?? null, view.sessionId ?? null])),
    eventId,
    viewer,
    address,
    viewEventTail(viewer, view),
    view.traceparent ?? '',
    limits.rankingViewerTtlMs,
    limits.viewersPerAddress,
    keptHours / 24,
  )) as [CountedView['verdict'], string, number, number]
  if (verdict === 'unknown' || verdict === 'reused') return { verdict }
  return { verdict, contentId, totalViews, dayViews }
}
