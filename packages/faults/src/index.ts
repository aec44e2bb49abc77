import { setClockAhead } from './clock.js'
import { readFaults } from './config.js'
import { createFailPoints } from './fail-point.js'

export { type Armed, armedFile, type FailPointName, failPointNames, firedFile } from './fail-point.js'

const faults = readFaults()
setClockAhead(faults.clockAheadMs)

/** Does what a fault test has armed here, which is nothing outside of one. */
export const failPoint = createFailPoints(faults.folder, faults.instance)
