import { seededRandom } from '@marquee/seed'
import { percentile } from '../bench/percentile.js'
import { readRun } from '../platform.js'
import type { Bite, FaultCase } from './case.js'
import { check, type Findings } from './check/check.js'
import { deadLetters } from './check/events.js'
import type { TopicReader } from './kafka.js'
import { startLoad } from './load/load.js'
import { createSender } from './load/send.js'
import { makeWorld } from './load/world.js'
import { count, type Write } from './load/write.js'
import { patience } from './patience.js'
import { createScene } from './scene.js'
import { type Shares, smallest, watchShares } from './shares.js'
import type { UnderTest } from './under-test.js'

export interface CaseOptions {
  platform: UnderTest
  topics: TopicReader
  seed: number
  short: boolean
}

export interface CaseReport {
  id: string
  fault: string
  verdict: 'passed' | 'failed' | 'no effect'
  seed: number
  operations: number
  acknowledged: number
  refused: number
  unknown: number
  /** Milliseconds; null where the case measured none. */
  recovery: { p50: number; p99: number; samples: number } | null
  /** How many things differ, and the first of them by name. */
  difference: number
  differences: string[]
  /** What the case itself found broken, or why it could not go on. */
  error: string | null
  proof: string[]
  shares: Shares
  /** Seconds: the whole case, and from the mend until every store agreed. */
  seconds: number
  agreedAfter: number
}

/** The load before and after the fault: something to compare with, and the proof that all flows again. */
const calmMs = { long: 3_000, short: 1_500 }
const agreesWithinMs = 30_000
const leastShare = 0.3
/** Longer than the longest case: one that hangs must not stop the others. */
const endlessMs = 900_000
const mostShown = 30

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** One case on a platform that is well: load, fault, recovery, and a look into every store. */
export async function runCase(faultCase: FaultCase, options: CaseOptions): Promise<CaseReport> {
  const { platform, topics, seed, short } = options
  const began = performance.now()
  const calm = short ? calmMs.short : calmMs.long
  await topics.readOn()
  const deadBefore = new Set(deadLetters(topics))
  const pids = readRun().processes
  const tag = `${faultCase.id.toLowerCase()}-${seed}-${Date.now().toString(36)}`
  const world = await makeWorld(tag)
  const sender = await createSender()
  const shares = watchShares()
  await shares.begun
  const load = startLoad(world, sender)
  const { scene, broken, mend } = createScene({ platform, load, random: seededRandom(seed), short })
  const felt = await breakAndMend(faultCase, scene, calm, mend)
  const healedAt = performance.now()
  // What comes after the mend proves that everything flows, and has to be whole too.
  await scene.flowing().catch((error) => {
    felt.error ??= String(error)
  })
  await pause(calm)
  await load.stop()
  const parts = await shares.stop()
  const checked = {
    world,
    log: load.log,
    violations: load.violations,
    broken,
    pids,
    topics,
    deadBefore,
    poison: faultCase.poison ?? false,
  }
  const findings = await check(checked, agreesWithinMs * patience - (performance.now() - healedAt))
  await sender.close()
  return report(faultCase, options, load.log, felt, findings, parts, {
    seconds: (performance.now() - began) / 1000,
    agreedAfter: (performance.now() - healedAt) / 1000,
  })
}

interface Felt {
  bite: Bite
  error: string | null
}

async function breakAndMend(
  faultCase: FaultCase,
  scene: Parameters<FaultCase['run']>[0],
  calm: number,
  mend: () => Promise<void>,
): Promise<Felt> {
  const felt: Felt = { bite: { proof: [], recoveriesMs: [] }, error: null }
  try {
    await scene.flowing()
    await pause(calm)
    felt.bite = await Promise.race([faultCase.run(scene), endless()])
  } catch (error) {
    felt.error = (error as Error).stack ?? String(error)
  } finally {
    await mend().catch((error) => {
      felt.error ??= String(error)
    })
  }
  return felt
}

const endless = () =>
  new Promise<never>((_, reject) =>
    setTimeout(
      () => reject(new Error(`the case did not end within ${endlessMs / 60_000} min`)),
      endlessMs * patience,
    ).unref(),
  )

function report(
  { id, fault, away = [] }: FaultCase,
  { seed, short }: CaseOptions,
  log: readonly Write[],
  { bite, error }: Felt,
  { differences }: Findings,
  shares: Shares,
  times: Pick<CaseReport, 'seconds' | 'agreedAfter'>,
): CaseReport {
  const { recoveriesMs } = bite
  const uneven = Object.entries(smallest(shares))
    // In a short case an instance that was killed was away for much of it.
    .filter(([app, share]) => !short && share < leastShare && !away.includes(app))
    .map(([app, share]) => `an instance of ${app} served ${Math.round(share * 100)} % of its requests`)
  const failed = error !== null || differences.length > 0 || uneven.length > 0
  const noEffect = bite.proof.length === 0 ? ('no effect' as const) : ('passed' as const)
  return {
    id,
    fault,
    verdict: failed ? 'failed' : noEffect,
    seed,
    operations: log.length,
    acknowledged: count(log, { outcome: 'ok' }),
    refused: count(log, { outcome: 'fail' }),
    unknown: count(log, { outcome: 'unknown' }),
    recovery:
      recoveriesMs.length === 0
        ? null
        : {
            p50: Math.round(percentile(recoveriesMs, 0.5)),
            p99: Math.round(percentile(recoveriesMs, 0.99)),
            samples: recoveriesMs.length,
          },
    difference: differences.length,
    differences: [...differences.slice(0, mostShown), ...uneven],
    error,
    proof: bite.proof,
    shares,
    ...times,
  }
}
