import { rmSync } from 'node:fs'
import { takeTurn } from '../faults/turn.js'
import { makeDataDir } from '../lifecycle/start-platform.js'
import { type Asked, readArguments, usage } from './arguments.js'

let asked: Asked
try {
  asked = readArguments(process.argv.slice(2))
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exit(2)
}
// Everything that is imported from here on belongs to the platform of this folder.
const dataDir = await makeDataDir('faults')
process.env.MARQUEE_DATA = dataDir
await takeTurn()
const { runSoak } = await import('./soak.js')
const code = await runSoak(asked).catch((error) => {
  console.error(error)
  if (!asked.keep) rmSync(dataDir, { recursive: true, force: true })
  return 1
})
process.exit(code)
