import type { Writable } from 'node:stream'

export interface Progress {
  /** How many are done by now. */
  at(done: number): void
  end(): void
}

type Terminal = Writable & { isTTY?: boolean }

const barWidth = 30
const everyMs = 3_000

/** A bar that redraws itself on a terminal; elsewhere one line every few seconds, so that a log stays readable. */
export function createProgress(
  label: string,
  total: number,
  out: Terminal = process.stderr,
  now: () => number = Date.now,
): Progress {
  let last = now()
  const share = (done: number) => (total === 0 ? 1 : done / total)
  const text = (done: number) => `${label} ${done}/${total} (${Math.floor(share(done) * 100)} %)`
  const bar = (done: number) => '#'.repeat(Math.floor(share(done) * barWidth)).padEnd(barWidth, '.')
  return {
    at(done) {
      if (out.isTTY) out.write(`\r[${bar(done)}] ${text(done)}`)
      else if (now() - last >= everyMs || done === total) {
        last = now()
        out.write(`${text(done)}\n`)
      }
    },
    end() {
      if (out.isTTY) out.write('\n')
    },
  }
}
