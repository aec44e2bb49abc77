import { EventEmitter, once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartError } from '../errors.js'
import { openLedger } from './ledger.js'
import type { ProcessSpec, ProcessState, SupervisorOptions } from './process-spec.js'
import type { RunningProcess } from './run-process.js'

export interface Owned {
  spec: ProcessSpec
  state: ProcessState
  running: RunningProcess | null
  /** Starts that failed or did not last, since it last ran steadily. */
  failures: number
  /** The first start, under way or done. */
  started: Promise<void> | null
}

/** What the supervisor knows and owns. */
export interface Fleet {
  options: SupervisorOptions
  specs: Map<string, ProcessSpec>
  owned: Map<string, Owned>
  ledger: ReturnType<typeof openLedger> | null
  /** Aborted once and for ever by the first stop. */
  stopping: AbortController
  /** Starts and watches under way, which a stop waits for. */
  tasks: Set<Promise<void>>
  changes: EventEmitter
}

export function createFleet(specs: ProcessSpec[], options: SupervisorOptions): Fleet {
  const owned = (spec: ProcessSpec): Owned => ({
    spec,
    state: 'stopped',
    running: null,
    failures: 0,
    started: null,
  })
  return {
    options,
    specs: new Map(specs.map((spec) => [spec.name, spec])),
    owned: new Map(specs.map((spec) => [spec.name, owned(spec)])),
    ledger: null,
    stopping: new AbortController(),
    tasks: new Set(),
    changes: new EventEmitter().setMaxListeners(0),
  }
}

export const isStopping = (fleet: Fleet) => fleet.stopping.signal.aborted

/** Between any two steps of a start somebody may have asked to stop. */
export function refuseWhenStopping(fleet: Fleet): void {
  if (isStopping(fleet)) throw new StartError('the start was interrupted')
}

export function changeState(fleet: Fleet, owned: Owned, state: ProcessState, reason?: string): void {
  owned.state = state
  const { name } = owned.spec
  const pid = owned.running?.pid ?? null
  const because = reason ? { reason: reason.split('\n')[0] as string } : {}
  const level = reason ? 'warn' : 'info'
  fleet.options.log?.[level]({ process: name, pid, state, ...because }, `${name} is ${state}`)
  fleet.options.onChange?.({ name, pid, state, ...because })
  fleet.changes.emit('change')
}

/** Opened by the first start: until then nothing of the last run is touched. */
export function openLedgerOnce(fleet: Fleet): ReturnType<typeof openLedger> {
  const { log, report, dataDir } = fleet.options
  fleet.ledger ??= openLedger(dataDir, (name, pid) => {
    log?.warn({ process: name, pid }, `${name} was left by the last run and is stopped`)
    report?.({ subject: name, step: `left running by the last run (process ${pid}), stopping it` })
  })
  return fleet.ledger
}

/** A full disk must not end the supervisor: then the next start merely finds less to reap. */
export async function keepInLedger(fleet: Fleet, { spec, running }: Owned): Promise<void> {
  const ledger = await openLedgerOnce(fleet)
  try {
    if (!running) return ledger.forget(spec.name)
    const { pid, startTime } = running
    ledger.record(spec.name, { pid, startTime, stopSignal: spec.stopSignal })
  } catch (error) {
    fleet.options.log?.warn(
      { process: spec.name, error: (error as Error).message },
      'processes.json is not written',
    )
  }
}

export function track(fleet: Fleet, task: Promise<void>): Promise<void> {
  const settled = task.then(
    () => undefined,
    () => undefined,
  )
  fleet.tasks.add(settled)
  void settled.then(() => fleet.tasks.delete(settled))
  return task
}

/** Ends early when a stop is asked for. */
export const pause = (fleet: Fleet, ms: number): Promise<void> =>
  sleep(ms, undefined, { signal: fleet.stopping.signal }).catch(() => undefined)

export async function untilReady(fleet: Fleet, names: string[], patienceMs: number): Promise<void> {
  const allReady = () => names.every((name) => fleet.owned.get(name)?.state === 'ready')
  const signal = AbortSignal.any([fleet.stopping.signal, AbortSignal.timeout(patienceMs)])
  while (!allReady() && !signal.aborted) {
    await once(fleet.changes, 'change', { signal }).catch(() => undefined)
  }
}
