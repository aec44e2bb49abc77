import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import type { Report } from './report.js'

/** Those of the fault suite that find most in the least time, in their short form; `pnpm faults` runs all of them in full. */
const chosen = ['K01', 'F05', 'F06', 'F14']
const seed = process.env.MARQUEE_FAULT_SEED ?? '20261121'
const runner = join(import.meta.dirname, '../../dist/faults/run.js')

let folder: string
let output = ''
let report: Report | undefined

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'marquee-short-'))
  const file = join(folder, 'report.json')
  const args = [runner, ...chosen, '--short', '--seed', seed, '--report', file]
  const child = spawn(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } })
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => {
      output += text.toString()
      process.stdout.write(text)
    })
  await new Promise((resolve) => child.once('close', resolve))
  try {
    report = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new Error(`The runner left no report:\n${output}`)
  }
}, 600_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it.each(chosen)('%s loses nothing, counts nothing twice, and was felt', (id) => {
  const one = report!.cases.find((each) => each.id === id)
  expect(one).toMatchObject({ id, error: null, differences: [], verdict: 'passed' })
})
