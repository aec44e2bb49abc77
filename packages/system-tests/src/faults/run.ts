import { rmSync } from 'node:fs'
import { makeDataDir } from '../lifecycle/start-platform.js'
import { takeTurn } from './turn.js'

// Everything that is imported from here on, the cases too, belongs to the platform of this folder.
const dataDir = await makeDataDir('faults')
process.env.MARQUEE_DATA = dataDir
const { readArguments, usage } = await import('./arguments.js')

function readOrExit() {
  try {
    return readArguments(process.argv.slice(2))
  } catch (error) {
    rmSync(dataDir, { recursive: true })
    console.error(`${(error as Error).message}\n\n${usage}`)
    process.exit(2)
  }
}
const asked = readOrExit()
await takeTurn()
const { runSuite } = await import('./suite.js')
process.exit(await runSuite(asked))
