import { privately } from '../responses.js'
import type { Answered } from './state-store.js'

export const ageHeader = { Age: 'Seconds by which the answer may lag, when a copy answers for the primary' }

/** Headers of what comes from the analytics servers: never cached, and marked when a copy told it. */
export const ageOf = ({ source, ageMs }: Answered): Record<string, string> => ({
  ...privately,
  ...(source === 'replica' && { age: String(Math.round(ageMs / 1000)) }),
})
