#!/usr/bin/env node
// Installs and compiles what changed, then becomes one of the long tests, whose arguments follow its name.
import { build } from '../../../apps/ops/bin/build.mjs'
import { install } from '../../../apps/ops/bin/install.mjs'
import { StepFailed } from '../../../apps/ops/bin/run-step.mjs'

const [name, ...args] = process.argv.slice(2)
try {
  await build(await install(), [])
} catch (error) {
  if (!(error instanceof StepFailed)) throw error
  console.error(error.message)
  process.exit(1)
}
process.argv.splice(2, process.argv.length, ...args)
await import(`../dist/${name}/run.js`)
