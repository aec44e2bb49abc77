import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { aheadMs } from './config.js'

const lookEveryMs = 100

/** Sets clocks while it is there; says what `MARQUEE_FAULT_CLOCK` would. */
export const clockFile = (folder: string) => join(folder, 'clock')

/**
 * Gives this process a clock that can be set: `Date.now()` and `new Date()`, not timers. Answers the function that sets it, to so many
 * ms ahead of the real one.
 */
export function installClock(): (aheadMs: number) => void {
  const RealDate = Date
  let aheadMs = 0
  const now = () => RealDate.now() + aheadMs
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: () => new RealDate(now()).toString(),
    get: (target, property, receiver) => (property === 'now' ? now : Reflect.get(target, property, receiver)),
  })
  return (ms) => {
    aheadMs = ms
  }
}

/** Sets the clock to what the file says now, and to `otherwise` when there is none. */
export function followClock(
  folder: string,
  instance: string,
  setClock: (aheadMs: number) => void,
  otherwise: number,
): void {
  setInterval(() => {
    try {
      setClock(aheadMs(readFileSync(clockFile(folder), 'utf8').trim(), instance))
    } catch {
      setClock(otherwise)
    }
  }, lookEveryMs).unref()
}
