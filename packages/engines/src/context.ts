import path from 'node:path'
import type { Machine } from './config.js'
import type { EngineRecords } from './data/engine-records.js'
import type { EnginePorts } from './engine-names.js'
import type { Privileges } from './postgres/privileges.js'
import type { ProcessSpec, Report } from './supervise/process-spec.js'

/** What every engine is made from. */
export interface Context {
  dataDir: string
  ports: EnginePorts
  password: string
  records: EngineRecords
  machine: Machine
  privileges: Privileges
  report: Report
  volatile: boolean
  /** What the broker tells its clients to come to, instead of its port. */
  kafkaLink?: number | undefined
}

export interface Engine {
  specs: ProcessSpec[]
  url: string
}

export const folderOf = (context: Context, name: string) => path.join(context.dataDir, name)
export const logOf = (context: Context, name: string) => path.join(context.dataDir, 'logs', `${name}.log`)
