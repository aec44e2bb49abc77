import type { Progress } from '@marquee/contracts'

/** Where the credits are not known they are taken to be so long, seconds. */
const creditsSeconds = 10

/** An episode that is played; seconds. */
export interface Ending {
  /** The one that decides. */
  duration: number
  creditsStartSeconds: number | null
  /** Whether there is an episode to go on with. */
  follows: boolean
}

/**
 * Auto-next: when the player may begin to count down to what follows. The credits decide where they are known, never after the end; who
 * switched it off is still told the time, since a player may show a button then.
 */
export function autoNext(
  { duration, creditsStartSeconds, follows }: Ending,
  { enabled, countdownSeconds }: { enabled: boolean; countdownSeconds: number },
): Progress['autoNext'] {
  const startsAt = Math.min(creditsStartSeconds ?? Math.max(duration - creditsSeconds, 0), duration)
  return { enabled, countdownSeconds, startsAt: follows ? startsAt : null }
}
