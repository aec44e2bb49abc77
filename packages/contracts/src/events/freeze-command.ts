import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { breaches, eventSchemas, type Json } from './frozen.js'

/* `pnpm events:schemas`: writes the files of what is new, and refuses to change what is frozen. `pnpm format` comes after. */

const folder = new URL('../../events/', import.meta.url)
let refused = 0

for (const [name, schema] of eventSchemas()) {
  const file = new URL(name, folder)
  const frozen = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Json) : undefined
  const broken = frozen === undefined ? [] : breaches(frozen, schema)
  refused += broken.length
  for (const line of broken) console.error(`${name} ${line}`)
  if (broken.length > 0 || JSON.stringify(frozen) === JSON.stringify(schema)) continue
  writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`)
  console.log(`${name} ${frozen === undefined ? 'is frozen now' : 'has grown'}`)
}
if (refused > 0)
  console.error(
    'A frozen version stays as it is: give the event a new version, and keep this one as `previous`.',
  )
process.exitCode = refused > 0 ? 1 : 0
