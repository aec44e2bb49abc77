import type { FaultCase } from '../case.js'
import everyProcess from './k01-every-process.js'

/** In the order in which they run. */
export const cases: FaultCase[] = [everyProcess]
