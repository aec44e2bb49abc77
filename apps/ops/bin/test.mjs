import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, toolEnvironment } from './environment.mjs'
import { attach } from './lifeline.mjs'
import { runStep, runVisible, StepFailed } from './run-step.mjs'

const bin = (name) => join(root, 'node_modules', '.bin', name)

const checks = [
  ['Formatting and import boundaries', 'biome', ['ci', '.'], 'npx biome check --write . mends most of it.'],
  [
    'Promises',
    'oxlint',
    ['--type-aware', '-c', '.oxlintrc.json', 'apps', 'packages'],
    'Await it, or say void.',
  ],
  ['Types', 'tsc', ['-p', 'tsconfig.json', '--noEmit'], 'Mend the types named above.'],
]

/** Each run is a jest of its own: what starts platforms must not share the processor with the rest. */
const runs = [
  ['unit and app tests', ['--maxWorkers=2']],
  ['system tests', ['--config', 'jest.system.config.mjs', '--runInBand', '--selectProjects', 'system']],
  ['lifecycle tests', ['--config', 'jest.system.config.mjs', '--runInBand', '--selectProjects', 'lifecycle']],
]

/** Runs everything, or the tests whose path matches the filter (then without the checks); resolves to the exit code. */
export async function runTests(pnpm, filter) {
  const env = { ...toolEnvironment(pnpm), NODE_ENV: 'test' }
  const sums = { passed: 0, failed: 0, skipped: 0 }
  const unsteady = []
  if (filter.length === 0) for (const check of checks) sums.failed += await runCheck(check, env)
  const catalogue = await getEngines(env)
  const scratch = mkdtempSync(join(tmpdir(), 'marquee-results-'))
  // Also when a signal ends us.
  process.on('exit', () => rmSync(scratch, { recursive: true, force: true }))
  for (const [title, args] of runs) {
    console.log(`\n== ${title}`)
    const run = (more) => runJest([...args, ...more], filter, join(scratch, 'result.json'), env)
    add(sums, filter.length === 0 ? await runSteadily(run, title, unsteady) : await run([]))
  }
  if (sums.passed + sums.failed === 0) console.error(`No test matches ${filter.join(' ')}.`)
  console.log(`\nThe catalogue ran on ${catalogue}.`)
  for (const file of unsteady) console.log(`UNSTEADY, passed only the second time: ${file}`)
  console.log(
    `${sums.passed} passed, ${sums.failed} failed${sums.skipped > 0 ? `, ${sums.skipped} skipped` : ''}`,
  )
  return sums.failed > 0 || sums.passed === 0 ? 1 : 0
}

/**
 * Tests that kill and freeze real engines depend on the machine's mood. A few failed files get a second chance, alone; what passes
 * only then is named at the end, so that nobody takes it for steady. More than a few, or twice, is a failure.
 */
async function runSteadily(run, title, unsteady) {
  const first = await run([])
  if (first.failed === 0 || first.failedFiles.length === 0 || first.failedFiles.length > 3) return first
  console.log(`\n== ${title}, again: ${first.failedFiles.join(', ')}`)
  // The tests of one platform build on each other's load, so they run again as a whole.
  const second = await run(title.startsWith('unit') ? ['--runTestsByPath', ...first.failedFiles] : [])
  if (second.failed > 0) return first
  unsteady.push(...first.failedFiles)
  return { ...first, passed: first.passed + first.failed, failed: 0 }
}

async function runCheck([title, tool, args, advice], env) {
  try {
    await runStep({ title, file: bin(tool), args, env, advice, quietMs: 0 })
    return 0
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    console.error(error.message)
    return 1
  }
}

// The download shows its progress here, once, rather than inside a test's timeout.
async function getEngines(env) {
  const child = attach(
    spawn(process.execPath, [join(root, 'apps/ops/bin/bootstrap.mjs'), 'ops', 'engines', '--json'], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    }),
  )
  let answer = ''
  for await (const chunk of child.stdout) answer += chunk
  if (child.exitCode ?? (await new Promise((done) => child.once('close', done))))
    throw new StepFailed('The tests need the engines; nothing was tested.')
  return JSON.parse(answer).description
}

async function runJest(args, filter, resultFile, env) {
  await rm(resultFile, { force: true })
  const jest = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    'node_modules/jest/bin/jest.js',
  ]
  const report = ['--json', `--outputFile=${resultFile}`, '--passWithNoTests']
  const code = await runVisible({
    file: process.execPath,
    args: [...jest, ...args, ...report, ...filter],
    env,
  })
  const result = await readFile(resultFile, 'utf8').then(JSON.parse, () => undefined)
  // A run that passes with no tests, or breaks before its first, leaves no result or an empty one.
  if (!result) return { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0, failedFiles: [] }
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites
  return {
    passed: result.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: result.numPendingTests + result.numTodoTests,
    failedFiles: result.testResults.filter(({ status }) => status === 'failed').map(({ name }) => name),
  }
}

function add(sums, more) {
  for (const name of Object.keys(sums)) sums[name] += more[name]
}
