import { execFile } from 'node:child_process'
import { join } from 'node:path'
import type { Told } from '../ops.js'
import { dataDir } from '../platform.js'

const file = join(import.meta.dirname, '../../../../apps/ops/bin/ops.mjs')

/** `npm run ops -- <args>`, without looking whether something is to be compiled first: quicker, and no load beside what is measured. */
export function compiledOps(...args: string[]): Promise<Told> {
  const env = { ...process.env, MARQUEE_DATA: dataDir, NODE_OPTIONS: '' }
  const options = { env, maxBuffer: 512 * 1024 * 1024 }
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args], options, (error, stdout, stderr) =>
      resolve({ exitCode: error ? Number(error.code ?? 1) : 0, stdout, stderr, json: parsed(stdout) }),
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
