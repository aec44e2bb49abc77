import { StartError } from '../errors.js'
import { openLedger } from './ledger.js'
import { rotate } from './log-file.js'
import { dependentsOf, withDependencies } from './order.js'
import { checkPorts } from './ports.js'
import type { ProcessSpec, ProcessState, Supervisor, SupervisorOptions } from './process-spec.js'
import { killProcess, type RunningProcess, spawnProcess, stopProcess, waitUntilReady } from './run-process.js'

const rotateEveryMs = 10_000
/** A process that stayed ready this long has its failures forgiven. */
const steadyMs = 30_000

/** The first retry is at once, as recovery within 10 s is promised; the cap keeps a hopeless process from burning the CPU. */
export const backoffMs = (failures: number) => (failures === 0 ? 50 : Math.min(200 * 2 ** failures, 5_000))

interface Owned {
  spec: ProcessSpec
  state: ProcessState
  running: RunningProcess | null
  prepared: boolean
  failures: number
  /** The start under way, or the one that succeeded. */
  started: Promise<void> | null
  readyWaiters: (() => void)[]
}

export function supervise(specs: ProcessSpec[], options: SupervisorOptions): Supervisor {
  const byName = new Map(specs.map((spec) => [spec.name, spec]))
  const owned = new Map<string, Owned>(
    specs.map((spec) => [
      spec.name,
      {
        spec,
        state: 'stopped',
        running: null,
        prepared: false,
        failures: 0,
        started: null,
        readyWaiters: [],
      },
    ]),
  )
  const of = (name: string) => owned.get(name)!
  const report = options.report ?? (() => undefined)
  let ledger: ReturnType<typeof openLedger> | null = null
  let stopping: Promise<void> | null = null
  const tasks = new Set<Promise<void>>()
  const wakers = new Set<() => void>()

  const isStopping = () => stopping !== null

  function change(process: Owned, state: ProcessState, reason?: string): void {
    process.state = state
    const pid = process.running?.pid ?? null
    const fields = { process: process.spec.name, pid, state, ...(reason ? { reason } : {}) }
    if (reason) options.log?.warn(fields, `${process.spec.name} is ${state}`)
    else options.log?.info(fields, `${process.spec.name} is ${state}`)
    options.onChange?.({ name: process.spec.name, pid, state, ...(reason ? { reason } : {}) })
    if (state === 'ready') for (const waiter of process.readyWaiters.splice(0)) waiter()
  }

  const openOnce = () => {
    ledger ??= openLedger(options.dataDir, (name, pid) => {
      options.log?.warn({ process: name, pid }, `${name} was left by the last run and is stopped`)
      report({ subject: name, step: `left running by the last run (process ${pid}), stopping it` })
    })
    return ledger
  }

  /** Between any two steps of a start somebody may have asked to stop. */
  const orStop = () => {
    if (isStopping()) throw new StartError('the start was interrupted')
  }

  async function launch(process: Owned): Promise<void> {
    const { spec } = process
    await spec.beforeStart?.()
    orStop()
    const running = await spawnProcess(spec)
    process.running = running
    const book = await openOnce()
    book.record(spec.name, { pid: running.pid, startTime: running.startTime, stopSignal: spec.stopSignal })
    change(process, 'starting')
    try {
      await waitUntilReady(spec, running)
      orStop()
      await spec.afterReady?.()
    } catch (error) {
      // While stopping, stop() ends it in its turn and by its own signal.
      if (!isStopping()) await killProcess(running)
      if (!isStopping()) await forget(process)
      throw error
    }
    change(process, 'ready')
    track(watch(process, running))
  }

  async function forget(process: Owned): Promise<void> {
    process.running = null
    ;(await openOnce()).forget(process.spec.name)
  }

  async function startFirst(process: Owned): Promise<void> {
    await Promise.all(process.spec.dependsOn.map(startOne))
    orStop()
    if (!process.prepared) {
      change(process, 'preparing')
      await process.spec.prepare?.(report)
      process.prepared = true
      orStop()
    }
    try {
      await launch(process)
    } catch (error) {
      if (!isStopping()) change(process, 'failed', (error as Error).message.split('\n')[0])
      throw error
    }
  }

  function startOne(name: string): Promise<void> {
    const process = of(name)
    process.started ??= track(startFirst(process))
    return process.started
  }

  async function watch(process: Owned, running: RunningProcess): Promise<void> {
    const since = Date.now()
    let reason = await running.exited
    if (isStopping()) return
    await forget(process)
    if (Date.now() - since > steadyMs) process.failures = 0
    while (!isStopping()) {
      change(process, 'restarting', reason)
      await pause(backoffMs(process.failures++))
      await dependenciesReady(process)
      if (isStopping()) return
      try {
        return await launch(process)
      } catch (error) {
        reason = (error as Error).message
      }
    }
  }

  /**
   * An app's restart waits for what it stands on: otherwise its own backoff would outlast the other's recovery.
   * Engines do without each other: a coordinator serves what it can while a worker is dead.
   */
  async function dependenciesReady(process: Owned): Promise<void> {
    if (process.spec.kind === 'engine') return
    for (const name of process.spec.dependsOn) {
      const dependency = of(name)
      while (dependency.state !== 'ready' && !isStopping()) {
        await new Promise<void>((resolve) => {
          wakers.add(resolve)
          dependency.readyWaiters.push(resolve)
        })
      }
    }
  }

  async function pause(ms: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms)
      wakers.add(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  function track(task: Promise<void>): Promise<void> {
    const settled = task.then(
      () => undefined,
      () => undefined,
    )
    tasks.add(settled)
    void settled.then(() => tasks.delete(settled))
    return task
  }

  const rotation = setInterval(() => {
    for (const spec of specs) {
      rotate(spec.logFile).catch((error: Error) =>
        options.log?.warn({ process: spec.name, error: error.message }, 'its log could not be rotated'),
      )
    }
  }, rotateEveryMs)
  rotation.unref()

  async function start(names?: string[]): Promise<void> {
    orStop()
    await openOnce()
    const wanted = [...withDependencies(byName, names)]
    try {
      await checkPorts(wanted.filter((name) => !of(name).started).map((name) => of(name).spec))
      await Promise.all(wanted.map(startOne))
    } catch (error) {
      await stop()
      throw error instanceof Error ? error : new StartError(String(error))
    }
  }

  async function stopAll(): Promise<void> {
    clearInterval(rotation)
    for (const wake of wakers) wake()
    const stops = new Map<string, Promise<void>>()
    const stopOne = (name: string): Promise<void> => {
      const known = stops.get(name)
      if (known) return known
      const stopped = (async () => {
        await Promise.all(dependentsOf(byName, name).map(stopOne))
        await stopRunning(of(name))
      })()
      stops.set(name, stopped)
      return stopped
    }
    await Promise.all([...owned.keys()].map(stopOne))
    await Promise.all(tasks)
    // A start that was in its spawning step when we passed by.
    await Promise.all([...owned.values()].map(stopRunning))
  }

  async function stopRunning(process: Owned): Promise<void> {
    if (!process.running) return
    change(process, 'stopping')
    await stopProcess(process.spec, process.running)
    await forget(process)
    change(process, 'stopped')
  }

  function stop(): Promise<void> {
    stopping ??= Promise.resolve().then(stopAll)
    return stopping
  }

  return {
    start,
    stop,
    pids: () =>
      Object.fromEntries(
        [...owned].flatMap(([name, process]) => (process.running ? [[name, process.running.pid]] : [])),
      ),
    states: () => Object.fromEntries([...owned].map(([name, process]) => [name, process.state])),
  }
}
