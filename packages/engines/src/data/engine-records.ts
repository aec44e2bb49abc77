import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { EngineError } from '../errors.js'

const Recorded = z.object({
  /** `postgresql`, `citus`, `redis`, `kafka`. */
  engine: z.string(),
  version: z.string(),
  /** `package`, or the program on this machine. */
  source: z.string(),
})
export type Recorded = z.infer<typeof Recorded>

/** `engines.json`: what made the data of each process, so that nothing else opens it. */
export interface EngineRecords {
  get(name: string): Recorded | undefined
  keep(name: string, recorded: Recorded): void
}

export function engineRecords(dataDir: string): EngineRecords {
  const file = path.join(dataDir, 'engines.json')
  const read = () => {
    try {
      return z.record(z.string(), Recorded).parse(JSON.parse(readFileSync(file, 'utf8')))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
      throw new EngineError(`${file} cannot be read: ${(error as Error).message}`)
    }
  }
  return {
    get: (name) => read()[name],
    keep(name, recorded) {
      const records = { ...read(), [name]: recorded }
      mkdirSync(dataDir, { recursive: true, mode: 0o700 })
      writeFileSync(`${file}.new`, `${JSON.stringify(records, null, 2)}\n`)
      renameSync(`${file}.new`, file)
    },
  }
}

/** `parts` 1 for "18", 2 for "4.1": as much of a version as must agree for the data to be readable. */
export const versionHead = (version: string, parts: number) => version.split('.').slice(0, parts).join('.')

/** Data that none of the engines at hand made: refused, as some engines silently start empty on it. */
export function refuseData(folder: string, made: Recorded, offered: string[], variable: string): EngineError {
  const here =
    offered.length > 0 ? `this machine offers ${offered.join(', ')}` : 'it is not on this machine now'
  return new EngineError(
    [
      `The data in ${folder} was made by ${made.engine} ${made.version} (${made.source}); ${here}.`,
      'Any of these helps:',
      `  - bring ${made.engine} ${made.version} back`,
      `  - run it elsewhere and set ${variable}`,
      '  - keep this data and start with a new folder: MARQUEE_DATA=<folder> npm start',
      '  - drop this data and seed anew: npm run ops -- reset',
    ].join('\n'),
  )
}
