import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sabotages } from './sabotages.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..')

/** Jest over one test file; true when it passed. */
function passes(project: string, test: string): boolean {
  const jest = join(root, 'node_modules/jest/bin/jest.js')
  const args = ['--experimental-vm-modules', jest, '--selectProjects', project, '--testPathPatterns', test]
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'pipe' }).status === 0
}

/** Breaks one line, runs the test that guards it, puts the line back. */
function survives({ file, line, broken, project, test }: (typeof sabotages)[number]): boolean {
  const path = join(root, file)
  const original = readFileSync(path, 'utf8')
  if (original.split(line).length !== 2)
    throw new Error(`${file} does not hold this line exactly once: ${line}`)
  const restore = () => writeFileSync(path, original)
  process.once('exit', restore)
  try {
    writeFileSync(
      path,
      original.replace(line, () => broken),
    )
    return passes(project, test)
  } finally {
    restore()
    process.off('exit', restore)
  }
}

const only = process.argv.slice(2)
const chosen = sabotages.filter(({ name }) => only.length === 0 || only.includes(name))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

for (const test of new Map(chosen.map((entry) => [`${entry.project}:${entry.test}`, entry])).values())
  if (!passes(test.project, test.test)) {
    console.error(`${test.project} ${test.test} fails before anything is broken: mend it first`)
    process.exit(2)
  }

const uncaught = chosen.filter((entry) => {
  const caught = !survives(entry)
  console.log(`${caught ? 'caught ' : 'MISSED '} ${entry.name.padEnd(24)} ${entry.file}`)
  return !caught
})
console.log(`${chosen.length - uncaught.length} of ${chosen.length} sabotages turned a test red`)
process.exit(uncaught.length === 0 ? 0 : 1)
