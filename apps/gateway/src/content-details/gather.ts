import { isUuid, type Limits } from '@marquee/contracts'
import { ApiError, type Logger } from '@marquee/service-kit'
import { type Asking, createAskPart } from './ask-part.js'
import type { Downstreams } from './downstreams.js'
import type { LastGood } from './last-good-store.js'
import type { Gathered } from './present.js'
import { startUntil } from './until.js'

export interface Question {
  /** UUID or slug. */
  ref: string
  lang: string | undefined
  acceptLanguage: string | undefined
  /** Token subject of the caller. */
  viewer: string | undefined
  /** Request id, trace, and the signed caller. */
  forward: Record<string, string>
  /** The same without the caller: what is asked with it may be kept for others. */
  anonymous: Record<string, string>
  /** Aborted when the client leaves. */
  signal: AbortSignal
  /** Made when it is needed: a logger of one request costs more than a part. */
  log(): Logger
}

export interface GatherNeeds {
  downstreams: Downstreams
  lastGood: LastGood
  limits: Limits
}

/** A viewer's own part is worth little when it is old, and others must never see it: it is kept under his id, and shortly. */
const viewerTtlMs = 300_000

/**
 * Asks everybody about one title under one deadline. A UUID is asked of all at once. What a slug names is the catalogue's knowledge,
 * so the others are asked after it, within what is left.
 * @throws ApiError what the catalogue refuses, or unavailable when it does not answer in time: only its part is required
 */
export function createGather({ downstreams, lastGood, limits }: GatherNeeds) {
  const { title, reviews, trending, audience, viewer: viewing } = downstreams
  const { lastGoodTtlMs } = limits
  const askPart = createAskPart(lastGood)

  const askParts = async (
    id: string,
    question: Question,
    { until, known }: Pick<Asking, 'until' | 'known'>,
  ) => {
    const { viewer, forward, anonymous, log } = question
    const shared = { id, headers: anonymous, ttlMs: lastGoodTtlMs, log, until, known }
    const own = { ...shared, headers: forward, ttlMs: Math.min(viewerTtlMs, lastGoodTtlMs) }
    const [found, views, figures, state] = await Promise.all([
      askPart(reviews, { ...shared, key: `${id}:reviews` }),
      askPart(trending, { ...shared, key: `${id}:trending` }),
      askPart(audience, { ...shared, key: `${id}:audience` }),
      viewer === undefined ? null : askPart(viewing, { ...own, key: `${id}:viewer:${viewer}` }),
    ])
    return { reviews: found, trending: views, audience: figures, viewer: state }
  }

  return async (question: Question): Promise<Gathered & { language: string | undefined }> => {
    const until = startUntil(limits, question.signal)
    try {
      const { ref, forward, acceptLanguage } = question
      const headers = {
        ...forward,
        ...(acceptLanguage !== undefined && { 'accept-language': acceptLanguage }),
      }
      const known = title(titlePath(question), { headers, signal: until.signal })
      const early = isUuid(ref) ? askParts(ref, question, { until, known }) : null
      const found = await Promise.race([known, until.over])
      if (!found) throw tooLate()
      const parts = await (early ?? askParts(found.content.id, question, { until, known }))
      return { ...found, ...parts }
    } catch (error) {
      // Nobody will read the other parts.
      if (error instanceof ApiError && error.status < 500) until.stop(error)
      throw error
    } finally {
      until.clear()
    }
  }
}

const titlePath = ({ ref, lang }: Question): string =>
  `/api/v1/content/${encodeURIComponent(ref)}?include=episodes,credits${lang === undefined ? '' : `&lang=${lang}`}`

const tooLate = (): ApiError =>
  new ApiError('unavailable', 'The catalogue did not answer in time; try again shortly.')
