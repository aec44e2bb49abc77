/**
 * What a fault test may ask of this process:
 * `MARQUEE_FAULT_POINTS`: a folder where fail points are armed; `MARQUEE_FAULT_CLOCK`: `<app or instance>:<milliseconds>` by which its
 * clock is ahead (a file in that folder can set it later, too).
 * @throws Error in production: nothing may be broken on purpose there
 */
export function readFaults(env: NodeJS.ProcessEnv = process.env) {
  const { MARQUEE_FAULT_POINTS: folder, MARQUEE_FAULT_CLOCK: clock, INSTANCE: instance = '' } = env
  if (env.NODE_ENV === 'production')
    for (const [name, value] of Object.entries({ MARQUEE_FAULT_POINTS: folder, MARQUEE_FAULT_CLOCK: clock }))
      if (value) throw new Error(`${name} is set, which production does not accept.`)
  return { folder: folder || undefined, instance, clockAheadMs: aheadMs(clock, instance) }
}

/** @param clock `<app or instance>:<milliseconds>` */
export function aheadMs(clock: string | undefined, instance: string): number {
  if (!clock) return 0
  const [, name, ms] = /^([a-z-]+(?:#\d+)?):(-?\d+)$/.exec(clock) ?? []
  if (name === undefined) throw new Error(`MARQUEE_FAULT_CLOCK is <app>:<milliseconds>, not "${clock}".`)
  return name === instance || name === instance.split('#')[0] ? Number(ms) : 0
}
