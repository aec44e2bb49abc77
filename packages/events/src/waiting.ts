import { setTimeout as delay } from 'node:timers/promises'

/** What the package logs to; pino fits. */
export interface Log {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Rejects when `work` takes longer; the work itself goes on, unheard. */
export async function withDeadline<T>(work: Promise<T>, ms: number, message: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${message} within ${ms} ms`)), ms)
  })
  work.catch(() => {})
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Waits `ms`, spread by a fifth either way; less when the signal aborts. Never throws. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  delay(ms * (0.8 + Math.random() * 0.4), undefined, { signal }).catch(() => {})

export const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
