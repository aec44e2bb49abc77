import { exitCodeOf, report } from './config-error.js'

/**
 * What main.ts is. Starts, then waits for a signal or for the end of the supervisor that forked us, and stops in order; what has
 * not stopped in 10 s is ended. Exit codes: 0 stopped, 1 failed, 78 wrong configuration (printed plainly, not to be retried).
 */
export function run(main: () => Promise<{ stop(): Promise<void> }>, { hardStopMs = 10_000 } = {}): void {
  // In the next tick, so that a signal finds its listener however early it comes.
  const started = Promise.resolve().then(main)
  let stopping = false
  const stop = (code: number) => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(code || 1), hardStopMs).unref()
    started
      .then((service) => service.stop())
      .then(
        () => process.exit(code),
        () => process.exit(1),
      )
  }
  // A terminal sends Ctrl-C to the whole group and npm repeats it: further signals change nothing.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(0))
  if (process.connected) process.on('disconnect', () => stop(0))
  for (const event of ['uncaughtException', 'unhandledRejection'] as const)
    process.on(event, (error) => {
      report(error)
      stop(1)
    })
  started.catch((error: unknown) => {
    report(error)
    process.exit(exitCodeOf(error))
  })
}
