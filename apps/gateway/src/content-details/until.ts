import type { Limits } from '@marquee/contracts'

/** Of the deadline, what is left for reading last good answers once the apps have had their time. */
const shareOfApps = 0.9
export const appsTimeoutMs = ({ detailsDeadlineMs }: Limits): number =>
  Math.round(detailsDeadlineMs * shareOfApps)

export interface Until {
  /** Milliseconds that are left for a whole answer. */
  left(): number
  /** Resolves when the time is up. Calls under way go on to deadlines of their own, so that breakers learn of the silence. */
  over: Promise<undefined>
  /** Aborted when the client leaves, or when nobody wants the rest. */
  signal: AbortSignal
  stop(reason: unknown): void
  clear(): void
}

/** @param client aborted when the client leaves */
export function startUntil(limits: Limits, client: AbortSignal): Until {
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
