export interface FlightOptions {
  /**
   * A run that went well is joined for so long after its end. Who saw the state before it, and comes just after, has its answer too.
   */
  lateMs?: number
}

/** Callers that come with one key while its work runs share that run and its outcome; nobody starts it twice. */
export function singleFlight<T>(
  work: (key: string) => Promise<T>,
  { lateMs = 0 }: FlightOptions = {},
): (key: string) => Promise<T> {
  const running = new Map<string, Promise<T>>()
  return (key) => {
    const under = running.get(key)
    if (under) return under
    const run = work(key)
    running.set(key, run)
    const forget = () => void running.delete(key)
    run.then(() => (lateMs > 0 ? void setTimeout(forget, lateMs).unref() : forget()), forget)
    return run
  }
}
