import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ask, nameOf, type Verdict } from './guards.js'
import { type Edit, type Sabotage, sabotages } from './sabotages.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..')

/** Breaks lines, each in a file of its own; answers what puts them back. */
function breakLines(edits: Edit[]): () => void {
  const files = edits.map(({ file, line, broken }) => {
    const path = join(root, file)
    const original = readFileSync(path, 'utf8')
    if (original.split(line).length !== 2)
      throw new Error(`${file} does not hold this line exactly once: ${line}`)
    return { path, original, sabotaged: original.replace(line, () => broken) }
  })
  for (const { path, sabotaged } of files) writeFileSync(path, sabotaged)
  return () => {
    for (const { path, original } of files) writeFileSync(path, original)
  }
}

/** What the guard says while the lines are broken. */
function underSabotage({ file, line, broken, also = [], guard }: Sabotage): Verdict {
  const restore = breakLines([{ file, line, broken }, ...also])
  process.once('exit', restore)
  try {
    return ask(root, guard)
  } finally {
    restore()
    process.off('exit', restore)
  }
}

const only = process.argv.slice(2)
const chosen = sabotages.filter(({ name }) => only.length === 0 || only.includes(name))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

for (const { guard } of new Map(chosen.map((entry) => [nameOf(entry.guard), entry])).values())
  if (ask(root, guard) !== 'well') {
    console.error(`${nameOf(guard)} fails before anything is broken: mend it first`)
    process.exit(2)
  }

const words: Record<Verdict, string> = {
  broken: 'caught ',
  well: 'MISSED ',
  'could not look': 'UNKNOWN',
}
const caught = chosen.filter((entry) => {
  const verdict = underSabotage(entry)
  console.log(`${words[verdict]} ${entry.name.padEnd(24)} ${entry.file}, by ${nameOf(entry.guard)}`)
  return verdict === 'broken'
})
console.log(`${caught.length} of ${chosen.length} sabotages were caught`)
process.exit(caught.length === chosen.length ? 0 : 1)
