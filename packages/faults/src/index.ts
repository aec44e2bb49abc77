import { followClock, installClock } from './clock.js'
import { followCollect } from './collect.js'
import { readFaults } from './config.js'
import { createFailPoints } from './fail-point.js'

export { clockFile, installClock } from './clock.js'
export { collectFile } from './collect.js'
export { type Armed, armedFile, type FailPointName, failPointNames, firedFile } from './fail-point.js'

const faults = readFaults()
if (faults.folder !== undefined || faults.clockAheadMs !== 0) {
  const setClock = installClock()
  setClock(faults.clockAheadMs)
  if (faults.folder !== undefined) {
    followClock(faults.folder, faults.instance, setClock, faults.clockAheadMs)
    followCollect(faults.folder)
  }
}

/** Does what a fault test has armed here, which is nothing outside of one. */
export const failPoint = createFailPoints(faults.folder, faults.instance)
