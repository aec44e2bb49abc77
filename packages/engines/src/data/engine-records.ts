import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { EngineError } from '../errors.js'
import type { Candidate } from '../install/choose.js'

const Recorded = z.object({
  /** `postgresql`, `citus`, `mongodb`, `redis`, `kafka`. */
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

interface Data {
  folder: string
  /** What made it; null where there is none yet. */
  made: Recorded | null
  /** As much of a version as must agree for the data to be readable: 1 for "18", 2 for "4.1". */
  versionParts: number
  /** What those at hand are, in the words of `Recorded.engine`. */
  engine: string
  /** The environment variable that names an engine elsewhere. */
  variable: string
}

/** Those that can open the data that is there, the program that made it first; all where there is none. */
export function thatCanOpen<Programs>(data: Data, candidates: Candidate<Programs>[]): Candidate<Programs>[] {
  const { made, versionParts } = data
  if (!made) return candidates
  const head = (version: string) => version.split('.').slice(0, versionParts).join('.')
  const fits = candidates.filter(({ version }) => head(version) === head(made.version))
  if (fits.length === 0) throw refuseData(data, made, candidates)
  return fits.sort((a, b) => Number(b.source === made.source) - Number(a.source === made.source))
}

/** Some engines would silently start empty on it. */
function refuseData(data: Data, made: Recorded, candidates: { version: string }[]): EngineError {
  const offered = candidates.map(({ version }) => `${data.engine} ${version}`)
  const here =
    offered.length > 0 ? `this machine offers ${offered.join(', ')}` : 'it is not on this machine now'
  return new EngineError(
    [
      `The data in ${data.folder} was made by ${made.engine} ${made.version} (${made.source}); ${here}.`,
      'Any of these helps:',
      `  - bring ${made.engine} ${made.version} back`,
      `  - run it elsewhere and set ${data.variable}`,
      '  - keep this data and start with a new folder: MARQUEE_DATA=<folder> npm start',
      '  - drop this data and seed anew: npm run ops -- reset',
    ].join('\n'),
  )
}
