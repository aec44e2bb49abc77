import { makeDataDir } from '../lifecycle/start-platform.js'
import { readArguments, usage } from './arguments.js'

let asked: ReturnType<typeof readArguments>
try {
  asked = readArguments(process.argv.slice(2))
} catch (error) {
  console.error(`${(error as Error).message}\n\n${usage}`)
  process.exit(2)
}
// Everything that is imported from here on belongs to the platform of this folder.
process.env.MARQUEE_DATA = await makeDataDir('faults')
const { runSuite } = await import('./suite.js')
process.exit(await runSuite(asked))
