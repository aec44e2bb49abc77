import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { seededRandom } from '@marquee/seed'
import { check } from '../faults/check/check.js'
import { topicReader } from '../faults/check/events.js'
import { startLoad } from '../faults/load/load.js'
import { createSender } from '../faults/load/send.js'
import { makeWorld } from '../faults/load/world.js'
import { count } from '../faults/load/write.js'
import { collectGarbage } from '../faults/points.js'
import { reportFile } from '../faults/report.js'
import { createScene } from '../faults/scene.js'
import { startUnderTest, type UnderTest } from '../faults/under-test.js'
import { dataDir, readRun } from '../platform.js'
import type { Asked } from './arguments.js'
import { disturbances } from './disturbances.js'
import { changesOf, leaks } from './judge.js'
import { type Disturbed, describe, type SoakReport } from './report.js'
import { type Sample, sampleAll } from './sample.js'

const sampleEveryMs = 15_000
/** Of every process; in a short soak that share of it. */
const warmUpMs = 5 * 60_000
const warmUpShare = 0.3
const agreesWithinMs = 60_000
/** Between two faults: long enough for what the first one left to be made good. */
const restMs = 5_000
const calmMs = 10_000
/** Clients give back the connections of a busy minute after a minute. */
const calmAtEndMs = 120_000
/** The apps look every 100 ms whether to collect; the operating system has the pages soon after. */
const collectedAfterMs = 1_000

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Steady load and random faults for so long, then a look into every store and at what every process holds; resolves to the exit code. */
export async function runSoak(asked: Asked): Promise<number> {
  console.log(
    `${asked.minutes} minutes, seed ${asked.seed}. Starting a platform with two instances of every app ...`,
  )
  const platform = await startUnderTest()
  try {
    const report = await soak(platform, asked)
    console.log(describe(report))
    const file = reportFile('soak', report.startedAt, asked.report)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`)
    console.log(`Report: ${file}`)
    return report.passed ? 0 : 1
  } finally {
    await platform.stop().catch((error) => console.error(String(error)))
    if (asked.keep) console.log(`Data and logs: ${dataDir}`)
    else rmSync(dataDir, { recursive: true, force: true })
  }
}

async function soak(platform: UnderTest, { minutes, seed }: Asked): Promise<SoakReport> {
  const began = Date.now()
  const lasts = minutes * 60_000
  const topics = topicReader()
  const world = await makeWorld(`soak-${seed}-${began.toString(36)}`)
  const sender = await createSender()
  const load = startLoad(world, sender)
  const random = seededRandom(seed)
  const { scene, broken, mend } = createScene({ platform, load, random, short: true })
  const pids = readRun().processes
  const samples: Sample[] = []
  const sampling = setInterval(() => {
    collectGarbage()
    setTimeout(() => samples.push(...sampleAll(Date.now())), collectedAfterMs)
  }, sampleEveryMs)
  const faults: Disturbed[] = []
  // The end is calm, so that what is measured there is no fault, nor the connections that one made.
  const lastFaultAt = began + lasts - Math.min(calmAtEndMs, lasts * 0.2)
  await pause(calmMs)
  while (Date.now() < lastFaultAt) {
    faults.push(await disturb(scene, mend, disturbances[Math.floor(random() * disturbances.length)]!))
    await pause(restMs)
  }
  await pause(Math.max(0, began + lasts - Date.now()))
  const ended = Date.now()
  clearInterval(sampling)
  await load.stop()
  const { differences } = await check(
    {
      world,
      log: load.log,
      violations: load.violations,
      broken,
      pids,
      topics,
      deadBefore: new Set(),
      poison: false,
    },
    agreesWithinMs,
  )
  await sender.close()
  const changes = changesOf(samples, ended, Math.min(warmUpMs, lasts * warmUpShare))
  const apps = new Set(
    readRun()
      .states.filter(({ kind }) => kind === 'app')
      .map(({ name }) => name.split('#')[0]!),
  )
  const grown = leaks(changes, [...apps])
  return {
    minutes,
    seed,
    startedAt: new Date(began).toISOString(),
    passed: differences.length === 0 && grown.length === 0 && faults.every(({ error }) => error === null),
    operations: load.log.length,
    acknowledged: count(load.log, { outcome: 'ok' }),
    refused: count(load.log, { outcome: 'fail' }),
    unknown: count(load.log, { outcome: 'unknown' }),
    difference: differences.length,
    differences,
    leaks: grown,
    faults,
    changes,
    samples,
  }
}

async function disturb(
  scene: Parameters<(typeof disturbances)[number]['run']>[0],
  mend: () => Promise<void>,
  fault: (typeof disturbances)[number],
): Promise<Disturbed> {
  const at = new Date().toISOString()
  console.log(`${at.slice(11, 19)}  ${fault.id}  ${fault.fault}`)
  try {
    const { recoveriesMs, proof } = await fault.run(scene)
    await scene.flowing()
    return { id: fault.id, at, recoveriesMs, error: proof.length === 0 ? 'no effect' : null }
  } catch (error) {
    console.log(`          ${(error as Error).stack}`)
    return { id: fault.id, at, recoveriesMs: [], error: String(error) }
  } finally {
    await mend()
  }
}
