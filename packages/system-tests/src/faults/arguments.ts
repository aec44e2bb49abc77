import { parseArgs } from 'node:util'
import { cases } from './cases/index.js'

export const usage = `usage: pnpm faults [id…] [--seed <n>] [--short] [--keep] [--report <file>]

Breaks the platform in every known way, or in those named, under load, and looks into every store afterwards.

  --seed <n>       breaks the same things again; without it a random one, which is printed
  --short          one round where the long form has many
  --keep           leaves the data folder with its logs
  --report <file>  where the report is written as JSON; without it a new file below .data/faults

${cases.map(({ id, fault }) => `  ${id}  ${fault}`).join('\n')}

Exit code: 0 every case passed, 1 one did not, 2 the command was not understood.`

export interface Asked {
  ids: string[]
  seed: number
  short: boolean
  keep: boolean
  report: string | undefined
}

/** @throws Error in words for people */
export function readArguments(args: string[]): Asked {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      seed: { type: 'string' },
      short: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      report: { type: 'string' },
    },
  })
  const known = new Set(cases.map(({ id }) => id))
  const ids = positionals.map((id) => id.toUpperCase())
  const unknown = ids.filter((id) => !known.has(id))
  if (unknown.length > 0) throw new Error(`There is no case ${unknown.join(', ')}.`)
  if (values.seed !== undefined && !/^\d{1,9}$/.test(values.seed))
    throw new Error(`--seed takes a number, not "${values.seed}".`)
  return {
    ids: ids.length > 0 ? ids : [...known],
    seed: values.seed === undefined ? Math.floor(Math.random() * 1e9) : Number(values.seed),
    short: values.short,
    keep: values.keep,
    report: values.report,
  }
}
