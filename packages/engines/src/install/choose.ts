import { EngineError } from '../errors.js'

/** One way to have an engine on this machine. `get` may download; it throws EngineError when it cannot. */
export interface Candidate<Programs> {
  source: string
  version: string
  get(): Promise<Programs>
}

export interface Chosen<Programs> {
  source: string
  version: string
  programs: Programs
}

interface Choice<Programs> {
  /** As people call it: "Redis", "Kafka". */
  engine: string
  /** In the order of preference. */
  candidates: Candidate<Programs>[]
  /** What is missing on this machine for the candidates that are not there. */
  absent: string[]
  /** Every way to get the engine, one line each. */
  ways: string[]
}

/** The first candidate that can be had. One EngineError tells of all that could not, and of every way to get the engine. */
export async function chooseEngine<Programs>(choice: Choice<Programs>): Promise<Chosen<Programs>> {
  const reasons = [...choice.absent]
  for (const { source, version, get } of choice.candidates) {
    try {
      return { source, version, programs: await get() }
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      reasons.push(error.message)
    }
  }
  throw new EngineError(
    [
      `${choice.engine} could not be had:`,
      ...reasons.map((reason) => `  - ${reason}`),
      'Any of these helps:',
      ...choice.ways.map((way) => `  - ${way}`),
      '  - docker compose up (runs everything in containers)',
    ].join('\n'),
  )
}
