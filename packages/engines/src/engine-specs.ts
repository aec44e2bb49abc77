import type { EngineName, EnginePorts } from './engine-names.js'
import type { ProcessSpec, Report } from './supervise/process-spec.js'

export interface EngineOptions {
  /** Everything the engines keep; below it one folder per process, `engines.json`, `logs/`. */
  dataDir: string
  ports: EnginePorts
  want: readonly EngineName[]
  /** `auto`: Citus where a PostgreSQL installation has it, else plain. `citus` fails where it is not installed. */
  catalogMode: 'auto' | 'plain' | 'citus'
  report: Report
  /** Engines that run elsewhere already: no process is made for them. Kafka: brokers separated by commas. */
  urls?: Partial<Record<EngineName, string>>
  /** Trades durability for speed (no fsync). For tests that do not kill engines. */
  volatile?: boolean
}

export interface Engines {
  specs: ProcessSpec[]
  /** Kafka: brokers separated by commas. Only those in `want`. */
  urls: Record<EngineName, string>
  /** How the catalogue was started; with an explicit URL it is asked of the server. */
  catalogKind: 'plain' | 'citus'
}

/**
 * Chooses, gets (downloading if needed) and configures the engines; starts nothing.
 * Throws EngineError, whose message is for people: missing tool, broken download, data of another version.
 */
export function engineSpecs(_options: EngineOptions): Promise<Engines> {
  throw new Error('engines are not there yet')
}
