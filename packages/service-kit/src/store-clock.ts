/** The time of a store that all instances share, in ms since 1970: the clock of this machine may be wrong. */
export interface StoreClock {
  /** @throws what asking throws, as long as the store has never answered */
  now(): Promise<number>
  /** The same at once; by our own clock as long as the store has never answered. */
  guess(): number
}

const lookEveryMs = 30_000
const retryAfterMs = 1000
/** An answer that took longer says too little of when it was true; it is better than none. */
const promptMs = 250

/**
 * Follows the clock of a store: asked now and then, and counted on by our monotonic clock in between.
 * @param ask the store's time in ms since 1970
 */
export function storeClock(ask: () => Promise<number>): StoreClock {
  let ahead: number | undefined
  let lookAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | undefined

  async function look() {
    const asked = performance.now()
    lookAt = asked + retryAfterMs
    const told = await ask()
    const answered = performance.now()
    if (ahead !== undefined && answered - asked > promptMs) return
    ahead = told - (asked + answered) / 2
    lookAt = answered + lookEveryMs
  }
  const looked = () => {
    looking ??= look().finally(() => {
      looking = undefined
    })
    return looking
  }
  const known = () => (ahead === undefined ? undefined : Math.round(ahead + performance.now()))
  const lookBehind = () => {
    if (performance.now() >= lookAt) looked().catch(() => undefined)
  }

  return {
    async now() {
      if (ahead === undefined) await looked()
      lookBehind()
      return known()!
    },
    guess() {
      lookBehind()
      return known() ?? Date.now()
    },
  }
}
