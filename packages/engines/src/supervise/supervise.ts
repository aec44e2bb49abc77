import type { ProcessSpec, Supervisor, SupervisorOptions } from './process-spec.js'

export function supervise(_specs: ProcessSpec[], _options: SupervisorOptions): Supervisor {
  throw new Error('the supervisor is not there yet')
}
