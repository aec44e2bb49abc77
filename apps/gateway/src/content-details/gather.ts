import { isUuid, type Limits } from '@marquee/contracts'
import { ApiError, type Logger } from '@marquee/service-kit'
import type { Downstream, Downstreams, Told, Untold } from './downstreams.js'
import type { LastGood } from './last-good-store.js'
import type { Gathered, Outcome } from './present.js'

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
  log: Logger
}

export interface GatherNeeds {
  downstreams: Downstreams
  lastGood: LastGood
  limits: Limits
}

/** Of the deadline, what is left for reading last good answers once the apps have had their time. */
const shareOfApps = 0.9
export const appsTimeoutMs = ({ detailsDeadlineMs }: Limits): number =>
  Math.round(detailsDeadlineMs * shareOfApps)

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

/** For reading a last good answer, when there is time; a cache that answers does so within a few milliseconds. */
const patienceMs = 250

interface Until {
  /** Milliseconds that are left for a whole answer. */
  left(): number
  /** Resolves when the time is up. Calls under way go on to deadlines of their own, so that breakers learn of the silence. */
  over: Promise<undefined>
  /** Aborted when the client leaves, or when nobody wants the rest. */
  signal: AbortSignal
  stop(reason: unknown): void
  clear(): void
}

function startUntil(limits: Limits, client: AbortSignal): Until {
  const endsAt = performance.now() + limits.detailsDeadlineMs
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, appsTimeoutMs(limits), undefined)
  })
  const controller = new AbortController()
  const stop = (reason: unknown) => controller.abort(reason)
  const leave = () => stop(client.reason)
  if (client.aborted) leave()
  else client.addEventListener('abort', leave, { once: true })
  return {
    left: () => Math.max(1, endsAt - performance.now()),
    over,
    signal: controller.signal,
    stop,
    clear: () => clearTimeout(timer),
  }
}

interface Asking {
  id: string
  /** Of its last good answer. */
  key: string
  ttlMs: number
  headers: Record<string, string>
  until: Until
  /** Rejects when there is no such title: then nothing is kept of it, or anybody could fill the cache with made-up ids. */
  known: Promise<unknown>
  log: Logger
}

function createAskPart(lastGood: LastGood) {
  /** A good answer is kept, also one that comes too late for this request. */
  const kept = <T extends object>(told: Told<T>, { key, ttlMs, known }: Asking): Told<T> => {
    if ('bytes' in told)
      known.then(
        () => lastGood.keep(key, told.bytes, ttlMs),
        () => undefined,
      )
    return told
  }

  const instead = async <T extends object>(
    downstream: Downstream<T>,
    { key, until }: Asking,
    { reason, final }: Untold,
  ): Promise<Outcome<T>> => {
    const recalled = final ? null : await lastGood.recall(key, Math.min(patienceMs, until.left()))
    const value = recalled && downstream.read(recalled.bytes)
    if (!recalled || value === null) return { value: null, reason }
    return { value, recalled: { ageMs: recalled.ageMs }, reason }
  }

  return async <T extends object>(downstream: Downstream<T>, asking: Asking): Promise<Outcome<T>> => {
    const { id, headers, until, log } = asking
    const answer = downstream.ask(id, { headers, signal: until.signal }).then((told) => kept(told, asking))
    const told: Told<T> = (await Promise.race([answer, until.over])) ?? {
      value: null,
      reason: `${downstream.name} did not answer in time`,
      final: false,
    }
    if ('bytes' in told) return { value: told.value }
    if (told.defect !== undefined)
      log.error({ err: told.defect, part: downstream.name }, 'an answer cannot be read')
    return instead(downstream, asking, told)
  }
}
