import { parseArgs } from 'node:util'

export const usage = `usage: pnpm soak [--minutes <n>] [--seed <n>] [--keep] [--report <file>]

Steady load and random faults for so long (30 minutes unless told), then a look into every store, and at what every process holds.

Exit code: 0 nothing differs and nothing leaks, 1 something does, 2 the command was not understood.`

export interface Asked {
  minutes: number
  seed: number
  keep: boolean
  report: string | undefined
}

/** @throws Error in words for people */
export function readArguments(args: string[]): Asked {
  const { values } = parseArgs({
    args,
    options: {
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string' },
      keep: { type: 'boolean', default: false },
      report: { type: 'string' },
    },
  })
  const minutes = Number(values.minutes)
  if (!(minutes > 0)) throw new Error(`--minutes takes a number, not "${values.minutes}".`)
  if (values.seed !== undefined && !/^\d{1,9}$/.test(values.seed))
    throw new Error(`--seed takes a number, not "${values.seed}".`)
  const seed = values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed)
  return { minutes, seed, keep: values.keep, report: values.report }
}
