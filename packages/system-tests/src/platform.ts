import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export type Role = 'viewer' | 'viewer2' | 'editor' | 'data' | 'admin'

export interface Run {
  api: string
  tokens: Record<Role, string>
  demo: { userId: string; contentId: string; episodeId: string }
  engines: {
    catalog: string
    analytics: string
    replica: string
    reviews: string
    cache: string
    counters: string
    kafka: string[]
  }
  /** As the user that may do everything, where the one above may not. */
  owners: { replica: string }
  processes: Record<string, number>
  /** Origins of all instances by app; the gateway's too. */
  instances: Record<string, string[]>
  /** All that should run. */
  states: { name: string; kind: 'engine' | 'app'; port: number; state: string; restarts: number }[]
  supervisor: number
  catalogKind: 'plain' | 'citus'
}

/** The data folder of the platform that the global setup started. */
export const dataDir = process.env.MARQUEE_DATA ?? '.data'

let known: Run | undefined

/**
 * Read anew at each call: the supervisor rewrites the file when a process is replaced. While everything starts again there is none;
 * then it is as it was.
 */
export function readRun(): Run {
  try {
    known = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as Run
  } catch (error) {
    if (!known) throw error
  }
  return known
}
