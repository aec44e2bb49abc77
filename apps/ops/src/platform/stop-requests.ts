const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
export type StopReason = (typeof signals)[number] | 'npm is gone'

/** A terminal's Ctrl-C reaches us twice, from the group and from npm. */
const samePressMs = 1000
const parentPollMs = 250

interface Handlers {
  onStop(reason: StopReason): void
  /** A Ctrl-C after the first: the operator does not want to wait. */
  onForce(): void
}

/** The decision alone, without a process: give it every signal as it comes. */
export function decideStops({ onStop, onForce }: Handlers, now: () => number = Date.now) {
  let stopping = false
  let lastPress = Number.NEGATIVE_INFINITY
  return (reason: StopReason) => {
    const repeated = reason === 'SIGINT' && now() - lastPress < samePressMs
    if (reason === 'SIGINT') lastPress = now()
    if (!stopping) {
      stopping = true
      onStop(reason)
    } else if (reason === 'SIGINT' && !repeated) onForce()
  }
}

/** Listens for the rest of the process's life. `parent` is the pid that must not be outlived, when there is one. */
export function listenForStops(handlers: Handlers, parent: number | undefined): void {
  const decide = decideStops(handlers)
  for (const signal of signals) process.on(signal, decide)
  if (parent === undefined) return
  setInterval(() => process.ppid !== parent && decide('npm is gone'), parentPollMs).unref()
}
