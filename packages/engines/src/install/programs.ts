import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Machine } from '../config.js'

const run = promisify(execFile)

export const isExecutable = (file: string) =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )

/** The first program of this name on the PATH. */
export async function findProgram(machine: Machine, name: string): Promise<string | null> {
  for (const folder of machine.searchPath) {
    const file = path.join(folder, name)
    if (await isExecutable(file)) return file
  }
  return null
}

/** Both outputs of a quick program, or null when it fails. */
export async function outputOf(file: string, args: string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await run(file, args, { timeout: 20_000 })
    return `${stdout}${stderr}`
  } catch {
    return null
  }
}
