import { ContentRef, IncrementViews, idempotencyKey, type Limits, ViewCount, z } from '@marquee/contracts'
import { ApiError, endpoint, json } from '@marquee/service-kit'
import { type Counters, isCountersOutage } from '../counters-store.js'
import type { AskCatalog } from '../titles/ask-catalog.js'
import { type CountedView, countView, type View } from './view-store.js'

export interface IncrementViewsNeeds {
  counters: Counters
  askCatalog: AskCatalog
  hashKey: () => Promise<Buffer>
  limits: Limits
}

export const incrementViews = ({ counters, askCatalog, hashKey, limits }: IncrementViewsNeeds) => {
  async function count(view: View): Promise<CountedView> {
    try {
      return await countView(counters, await hashKey(), limits, view)
    } catch (cause) {
      throw isCountersOutage(cause) ? notCounted(cause) : cause
    }
  }

  /** What is not known here, or not as published, is asked of its owner before it may be a 404. */
  async function countKnown(view: View): Promise<CountedView> {
    const counted = await count(view)
    if (counted.verdict !== 'unknown') return counted
    await askCatalog(view.ref)
    return count(view)
  }

  return endpoint({
    method: 'POST',
    path: '/api/v1/content/{id}/views/increment',
    operationId: 'incrementViews',
    summary: 'Count a view of a title',
    description:
      'A view is one started playback, by anybody. With an `Idempotency-Key` a retry is safe for 24 h: the same key of the same ' +
      'principal (else address) counts once and then answers `counted: false` with the totals of now. For the ranking a viewer (token ' +
      'subject, else `viewerId`, else address) counts once per title in 30 minutes, and an address is at most 20 viewers of a title.',
    tag: 'Trending',
    access: 'public',
    params: z.object({ id: ContentRef }),
    headers: z.object({ 'idempotency-key': idempotencyKey.optional() }),
    body: IncrementViews.optional(),
    responses: { 200: { description: 'The totals of now.', schema: ViewCount } },
    problems: ['content_not_found', 'idempotency_key_reused', 'unavailable'],
    async handle({ params, headers, body, viewer, address, traceparent }) {
      const counted = await countKnown({
        ref: params.id,
        idempotencyKey: headers['idempotency-key'],
        subject: viewer?.sub,
        address,
        viewerId: body?.viewerId,
        sessionId: body?.sessionId,
        traceparent,
      })
      if (counted.verdict === 'unknown')
        throw new ApiError('content_not_found', 'There is no published title with this id or slug.')
      if (counted.verdict === 'reused')
        throw new ApiError(
          'idempotency_key_reused',
          'This Idempotency-Key came with another title or body before.',
        )
      const { contentId, totalViews, dayViews } = counted
      const answer: ViewCount = { contentId, counted: counted.verdict === 'counted', totalViews, dayViews }
      return json(200, answer, { 'cache-control': 'no-store' })
    },
  })
}

/** After a timeout it is not known whether the view was counted; the same key tells when it is tried again. */
const notCounted = (cause: unknown) =>
  new ApiError('unavailable', 'The counters do not answer; try again with the same Idempotency-Key.', {
    cause,
    retryAfterSeconds: 1,
  })
