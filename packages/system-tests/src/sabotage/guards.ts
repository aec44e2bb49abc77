import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Report } from '../faults/report.js'
import type { Fault, Sabotage, UnitTest } from './sabotages.js'

/** What a guard says: all is well, a promise is broken, or it could not look at all. */
export type Verdict = 'well' | 'broken' | 'could not look'

export const nameOf = (guard: Sabotage['guard']): string =>
  'faults' in guard ? `faults ${guard.faults} --seed ${guard.seed}` : `${guard.project} ${guard.test}`

export const ask = (root: string, guard: Sabotage['guard']): Verdict =>
  'faults' in guard ? askFault(root, guard) : askTest(root, guard)

/** Jest over one test file. */
function askTest(root: string, { project, test }: UnitTest): Verdict {
  const jest = join(root, 'node_modules/jest/bin/jest.js')
  const args = ['--experimental-vm-modules', jest, '--selectProjects', project, '--testPathPatterns', test]
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'pipe' }).status === 0 ? 'well' : 'broken'
}

/**
 * One case of the fault suite in its short form, on what is compiled anew. Broken is what the checker finds, or a case that finds its
 * own promise broken; a platform that did not start, or a case that could not go on, tells nothing.
 */
function askFault(root: string, { faults, seed }: Fault): Verdict {
  const folder = mkdtempSync(join(tmpdir(), 'marquee-sabotage-'))
  try {
    const file = join(folder, 'report.json')
    const start = join(root, 'packages/system-tests/bin/start.mjs')
    const args = [start, 'faults', faults, '--short', '--seed', String(seed), '--report', file]
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, stdio: 'pipe' })
    const report = readReport(file)
    const [one] = report?.cases ?? []
    if (status === 0 && one?.verdict === 'passed') return 'well'
    if (status === 1 && one && (one.difference > 0 || one.error?.startsWith('AssertionError'))) {
      for (const text of [...one.differences, one.error ?? ''])
        if (text) console.log(`        ${firstLine(text)}`)
      return 'broken'
    }
    console.error(`${stdout}${stderr}`)
    return 'could not look'
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const firstLine = (text: string) => text.split('\n')[0]!.slice(0, 160)

function readReport(file: string): Report | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return undefined
  }
}
