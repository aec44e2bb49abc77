import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { until } from '../lifecycle/until.js'
import { dataDir, readRun } from '../platform.js'
import type { Asked } from './arguments.js'
import type { FaultCase } from './case.js'
import { cases } from './cases/index.js'
import { topicReader } from './check/events.js'
import type { TopicReader } from './kafka.js'
import { isReady } from './processes.js'
import { failure, type Report, reportFile, table } from './report.js'
import { type CaseReport, runCase } from './run-case.js'
import { startUnderTest, type UnderTest } from './under-test.js'

const usableWithinMs = 60_000

/** Runs the cases one after the other; resolves to the exit code. */
export async function runSuite(asked: Asked): Promise<number> {
  const began = Date.now()
  const chosen = cases.filter(({ id }) => asked.ids.includes(id))
  console.log(
    `${chosen.length} cases, seed ${asked.seed}. Starting a platform with two instances of every app ...`,
  )
  const reports: CaseReport[] = []
  const ground = await prepareGround()
  endOnSignal(ground, asked)
  try {
    console.log(`It is up, its catalogue on ${readRun().catalogKind}.`)
    for (const one of chosen) reports.push(await runOne(one, ground, asked))
  } finally {
    await ground.platform.stop().catch((error) => console.error(String(error)))
  }
  const passed = reports.every(({ verdict }) => verdict === 'passed')
  const report: Report = {
    seed: asked.seed,
    short: asked.short,
    catalogue: ground.catalogue,
    startedAt: new Date(began).toISOString(),
    seconds: Math.round((Date.now() - began) / 1000),
    passed,
    cases: reports,
  }
  console.log(`\n${table(reports)}\n`)
  console.log(
    `${passed ? 'All passed' : 'Not all passed'}, ${report.seconds} s. Report: ${write(report, asked.report)}`,
  )
  leave(asked)
  return passed ? 0 : 1
}

function leave({ keep }: Pick<Asked, 'keep'>): void {
  if (keep) console.log(`Data and logs: ${dataDir}`)
  else rmSync(dataDir, { recursive: true, force: true })
}

function endOnSignal(ground: Ground, asked: Asked): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      void ground.platform
        .stop()
        .catch(() => undefined)
        .then(() => leave(asked))
        .then(() => process.exit(130))
    })
}

interface Ground {
  platform: UnderTest
  topics: TopicReader
  catalogue: string
}

async function prepareGround(): Promise<Ground> {
  const platform = await startUnderTest()
  return { platform, topics: topicReader(), catalogue: readRun().catalogKind }
}

async function runOne(faultCase: FaultCase, ground: Ground, { seed, short }: Asked): Promise<CaseReport> {
  console.log(`\n${faultCase.id}  ${faultCase.fault}`)
  const report = await runCase(faultCase, { ...ground, seed, short }).catch((error) =>
    broken(faultCase, seed, error),
  )
  for (const line of report.proof) console.log(`    ${line}`)
  const { verdict, operations, unknown, difference, seconds } = report
  console.log(
    `    ${verdict}: ${operations} writes, ${unknown} unknown, difference ${difference}, ${Math.round(seconds)} s`,
  )
  if (verdict !== 'passed') {
    console.log(failure(report, dataDir))
    await makeUsable(ground)
  }
  return report
}

/** A case must not suffer from the one before: what does not come back is replaced by a new platform. */
async function makeUsable(ground: Ground): Promise<void> {
  const all = async () =>
    (await Promise.all(readRun().states.map(({ name }) => isReady(name)))).every(Boolean)
  const usable =
    !ground.platform.ended() &&
    (await until('all are ready', usableWithinMs, all)
      .then(() => true)
      .catch(() => false))
  if (usable) return
  console.log('    The platform is beyond use; starting a new one ...')
  await ground.platform.stop().catch(() => undefined)
  Object.assign(ground, await prepareGround())
}

/** Of a case that could not even be judged. */
const broken = ({ id, fault }: FaultCase, seed: number, error: Error): CaseReport => ({
  id,
  fault,
  verdict: 'failed',
  seed,
  operations: 0,
  acknowledged: 0,
  refused: 0,
  unknown: 0,
  recovery: null,
  difference: 0,
  differences: [],
  error: error.stack ?? String(error),
  proof: [],
  shares: {},
  seconds: 0,
  agreedAfter: 0,
})

function write(report: Report, asked: string | undefined): string {
  const file = reportFile('faults', report.startedAt, asked)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
  return file
}
