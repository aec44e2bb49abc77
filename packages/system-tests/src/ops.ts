import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { dataDir } from './platform.js'

// What the bootstrap ends in: everything is installed and compiled already.
const cli = join(import.meta.dirname, '../../../apps/ops/bin/ops.mjs')

export interface Told {
  exitCode: number
  stdout: string
  stderr: string
  /** The parsed output, undefined where it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by path
  json: any
}

/** `npm run ops -- <args>` against the platform under test, whatever its exit code. */
export function ops(...args: string[]): Promise<Told> {
  const env = { ...process.env, MARQUEE_DATA: dataDir, NODE_OPTIONS: '' }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [cli, ...args],
      { env, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) =>
        resolve({
          exitCode: error ? Number(error.code ?? 1) : 0,
          stdout,
          stderr,
          json: parsed(stdout),
        }),
    )
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
