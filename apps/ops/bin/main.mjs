import { build } from './build.mjs'
import { parentToWatch } from './environment.mjs'
import { install } from './install.mjs'
import { holdLifeline, releaseLifeline } from './lifeline.mjs'
import { StepFailed } from './run-step.mjs'

const usage = 'usage: bootstrap.mjs start | dev | test [filter] | ops <command>'

const everything = []
const whatRuns = ['--filter=./apps/*']

const commands = {
  start: (pnpm, args) => ops(pnpm, ['up', ...args]),
  dev: (pnpm, args) => ops(pnpm, ['dev', ...args]),
  ops,
  test,
}

/** Prepares the work tree, then becomes what was asked for, in this very process, so that signals need no relay. */
export async function main([command, ...args]) {
  // A reader that goes away (a closed terminal, a pipe) must not end an ordered stop half-way.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
  if (!Object.hasOwn(commands, command ?? '')) return fail(usage, 2)

  holdLifeline(parentToWatch)
  try {
    const pnpm = await install()
    await build(pnpm, command === 'test' ? everything : whatRuns)
    await commands[command](pnpm, args)
  } catch (error) {
    if (error instanceof StepFailed) return fail(error.message, 1)
    throw error
  }
}

async function ops(pnpm, args) {
  const cli = await import('../dist/cli.js')
  releaseLifeline()
  await cli.main(args, { parent: parentToWatch, build: () => build(pnpm, whatRuns) })
}

async function test(pnpm, args) {
  const { runTests } = await import('./test.mjs')
  process.exitCode = await runTests(pnpm, args)
  releaseLifeline()
}

function fail(message, code) {
  console.error(message)
  process.exit(code)
}
