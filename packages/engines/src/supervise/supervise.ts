import { createFleet, type Fleet, openLedgerOnce, refuseWhenStopping } from './fleet.js'
import { rotate } from './log-file.js'
import { withDependencies } from './order.js'
import { checkPorts } from './ports.js'
import type { ProcessSpec, Supervisor, SupervisorOptions } from './process-spec.js'
import { startOnce } from './start-process.js'
import { stopFleet } from './stop-fleet.js'

const rotateEveryMs = 10_000

/** Owns processes: ordered start by health, restart with backoff, ordered stop. One for each data folder. */
export function supervise(specs: ProcessSpec[], options: SupervisorOptions): Supervisor {
  const fleet = createFleet(specs, options)
  const rotation = setInterval(() => rotateLogs(fleet), rotateEveryMs).unref()
  let stopped: Promise<void> | null = null

  function stop(): Promise<void> {
    fleet.stopping.abort()
    clearInterval(rotation)
    stopped ??= stopFleet(fleet)
    return stopped
  }

  async function start(names?: string[]): Promise<void> {
    const wanted = [...withDependencies(fleet.specs, names)]
    try {
      refuseWhenStopping(fleet)
      await openLedgerOnce(fleet)
      const fresh = wanted.map((name) => fleet.owned.get(name)!).filter((owned) => !owned.started)
      await checkPorts(fresh.map((owned) => owned.spec))
      await Promise.all(wanted.map((name) => startOnce(fleet, name)))
    } catch (error) {
      await stop()
      throw error
    }
  }

  return {
    start,
    stop,
    pids: () =>
      Object.fromEntries(
        [...fleet.owned].flatMap(([name, { running }]) => (running ? [[name, running.pid]] : [])),
      ),
    states: () => Object.fromEntries([...fleet.owned].map(([name, { state }]) => [name, state])),
  }
}

function rotateLogs(fleet: Fleet): void {
  for (const { name, logFile } of fleet.specs.values()) {
    rotate(logFile).catch((error: Error) =>
      fleet.options.log?.warn({ process: name, error: error.message }, `the log of ${name} is not rotated`),
    )
  }
}
