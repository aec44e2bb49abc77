import { changeState, type Fleet, type Owned } from './fleet.js'
import { dependentsOf } from './order.js'
import { stopProcess } from './run-process.js'
import { forget } from './start-process.js'

/** Each process after those that depend on it; those that are independent of each other together. */
export async function stopFleet(fleet: Fleet): Promise<void> {
  const stops = new Map<string, Promise<void>>()
  const stopInTurn = (name: string): Promise<void> => {
    const stopped = stops.get(name) ?? stopAfterDependents(name)
    stops.set(name, stopped)
    return stopped
  }
  const stopAfterDependents = async (name: string) => {
    await Promise.all(dependentsOf(fleet.specs, name).map(stopInTurn))
    await stopRunning(fleet, fleet.owned.get(name)!)
  }
  await Promise.all([...fleet.specs.keys()].map(stopInTurn))
  await Promise.all(fleet.tasks)
  // Those that were just being spawned when their turn came.
  await Promise.all([...fleet.owned.values()].map((owned) => stopRunning(fleet, owned)))
}

async function stopRunning(fleet: Fleet, owned: Owned): Promise<void> {
  if (!owned.running) return
  changeState(fleet, owned, 'stopping')
  await stopProcess(owned.spec, owned.running)
  await owned.spec.clearLeftovers?.()
  await forget(fleet, owned)
  changeState(fleet, owned, 'stopped')
}
