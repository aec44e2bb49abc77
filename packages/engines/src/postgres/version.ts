import path from 'node:path'
import { outputOf } from '../install/programs.js'

export interface PostgresPrograms {
  /** Holds `postgres` and `initdb`. */
  bin: string
  major: number
}

export const majorOf = (version: string) => Number.parseInt(version, 10)

/** Our SQL is written for these. */
export const isSupported = (version: string) => majorOf(version) >= 15 && majorOf(version) <= 18

/** Of the `postgres` in a folder, or null where it does not run. */
export async function postgresVersion(bin: string): Promise<string | null> {
  const output = await outputOf(path.join(bin, 'postgres'), ['--version'])
  return /PostgreSQL\) (\d+(?:\.\d+)*)/.exec(output ?? '')?.[1] ?? null
}
