import { existsSync } from 'node:fs'
import path from 'node:path'
import {
  changeState,
  type Fleet,
  isStopping,
  keepInLedger,
  type Owned,
  pause,
  refuseWhenStopping,
  track,
  untilReady,
} from './fleet.js'
import { type RunningProcess, spawnProcess, stopProcess, waitUntilReady } from './run-process.js'

/** A process that stayed ready this long has its failures forgiven. */
const steadyMs = 10_000

/** Longer than the stores take to come back when they can. Kafka takes longer, which no app needs to answer. */
const dependencyPatienceMs = 3_000

/** The first retry is at once, as recovery within 10 s is promised; the cap keeps a hopeless process from burning the CPU. */
export const backoffMs = (failures: number) => (failures === 0 ? 50 : Math.min(200 * 2 ** failures, 5_000))

/** Starts a process after those it depends on; the second call gets the first one's outcome. */
export function startOnce(fleet: Fleet, name: string): Promise<void> {
  const owned = fleet.owned.get(name)!
  owned.started ??= track(fleet, startFirst(fleet, owned))
  return owned.started
}

async function startFirst(fleet: Fleet, owned: Owned): Promise<void> {
  const { spec } = owned
  await Promise.all(spec.dependsOn.map((name) => startOnce(fleet, name)))
  refuseWhenStopping(fleet)
  try {
    if (spec.prepare) {
      changeState(fleet, owned, 'preparing')
      await spec.prepare(fleet.options.report ?? (() => undefined))
      refuseWhenStopping(fleet)
    }
    await launch(fleet, owned, false)
  } catch (error) {
    if (!isStopping(fleet)) changeState(fleet, owned, 'failed', (error as Error).message)
    throw error
  }
}

async function launch(fleet: Fleet, owned: Owned, again: boolean): Promise<void> {
  const { spec } = owned
  await spec.clearLeftovers?.()
  refuseWhenStopping(fleet)
  const running = spawnProcess(spec)
  owned.running = running
  await keepInLedger(fleet, owned)
  changeState(fleet, owned, 'starting')
  try {
    await waitUntilReady(spec, running, again)
    refuseWhenStopping(fleet)
    await spec.afterReady?.()
  } catch (error) {
    // While stopping, it is ended in its turn.
    if (!isStopping(fleet)) {
      await stopProcess(spec, running)
      await forget(fleet, owned)
    }
    throw error
  }
  changeState(fleet, owned, 'ready')
  void track(fleet, keepRunning(fleet, owned, running))
}

export async function forget(fleet: Fleet, owned: Owned): Promise<void> {
  owned.running = null
  await keepInLedger(fleet, owned)
}

/** Waits for its end, then starts it again, as often as it takes. */
async function keepRunning(fleet: Fleet, owned: Owned, running: RunningProcess): Promise<void> {
  const readySince = Date.now()
  let reason = await running.exited
  if (isStopping(fleet)) return
  await forget(fleet, owned)
  if (Date.now() - readySince > steadyMs) owned.failures = 0
  while (!isStopping(fleet)) {
    changeState(fleet, owned, 'restarting', reason)
    await untilNotHeld(fleet, owned.spec.name)
    await pause(fleet, backoffMs(owned.failures++))
    // An app waits for what it stands on: otherwise its own backoff would outlast the other's recovery. Not for ever,
    // as it can serve without some of it. Engines do without each other: a coordinator serves what it can while a
    // worker is dead.
    if (owned.spec.kind === 'app') await untilReady(fleet, owned.spec.dependsOn, dependencyPatienceMs)
    if (isStopping(fleet)) return
    try {
      return await launch(fleet, owned, true)
    } catch (error) {
      reason = (error as Error).message
    }
  }
}

/** A file of this name in the data folder keeps a process that ended from being started again until it is removed. */
const heldFile = (fleet: Fleet, name: string) => path.join(fleet.options.dataDir, 'held', name)

async function untilNotHeld(fleet: Fleet, name: string): Promise<void> {
  while (!isStopping(fleet) && existsSync(heldFile(fleet, name))) await pause(fleet, 100)
}
