import { readdirSync, readFileSync } from 'node:fs'
import { familyOf } from '../faults/processes.js'
import { readRun } from '../platform.js'

/** What one process held at one moment. */
export interface Sample {
  name: string
  kind: 'engine' | 'app'
  pid: number
  at: number
  /** Resident bytes with all below it; memory that several processes of a family share is counted once. */
  rss: number
  /** Of the process itself: the backends of a PostgreSQL come and go with its clients' connections. */
  descriptors: number
}

/** Every process of the platform that lives. */
export function sampleAll(at: number): Sample[] {
  const { states, processes } = readRun()
  return states.flatMap(({ name, kind }) => {
    const pid = processes[name]
    if (pid === undefined) return []
    try {
      const rss = familyOf(pid).reduce((sum, each) => sum + residentBytes(each), 0)
      return [{ name, kind, pid, at, rss, descriptors: readdirSync(`/proc/${pid}/fd`).length }]
    } catch {
      // It ended in this very moment.
      return []
    }
  })
}

function residentBytes(pid: number): number {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
    return Number(kilobytes ?? 0) * 1024
  } catch {
    return 0
  }
}
