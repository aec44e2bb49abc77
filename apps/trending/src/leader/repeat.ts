import type { Logger } from '@marquee/service-kit'

/** Runs `work` again and again, `everyMs` after it began and never twice at once. A failure is logged, and the next turn tries again. */
export function repeat(options: { name: string; everyMs: number; log: Logger; work(): Promise<void> }) {
  const { name, everyMs, log, work } = options
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running = Promise.resolve()

  async function turn() {
    const began = performance.now()
    await work().catch((err: unknown) => log.warn({ err, job: name }, 'failed, will try again'))
    if (!stopped) timer = setTimeout(start, Math.max(0, began + everyMs - performance.now()))
  }
  const start = () => {
    running = turn()
  }
  start()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
