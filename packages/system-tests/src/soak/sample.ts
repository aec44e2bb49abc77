import { readdirSync, readFileSync } from 'node:fs'
import { familyOf } from '../faults/processes.js'
import { readRun } from '../platform.js'

/** What one process, with all below it, held at one moment. */
export interface Sample {
  name: string
  kind: 'engine' | 'app'
  pid: number
  at: number
  /** Resident bytes; memory that several processes of a family share is counted once. */
  rss: number
  descriptors: number
}

/** Every process of the platform that lives. */
export function sampleAll(at: number): Sample[] {
  const { states, processes } = readRun()
  return states.flatMap(({ name, kind }) => {
    const pid = processes[name]
    if (pid === undefined) return []
    const each = familyOf(pid).flatMap(sampleOne)
    if (each.length === 0) return []
    const sum = (of: 'rss' | 'descriptors') => each.reduce((total, one) => total + one[of], 0)
    return [{ name, kind, pid, at, rss: sum('rss'), descriptors: sum('descriptors') }]
  })
}

/** Nothing when it ended in this very moment. */
function sampleOne(pid: number): { rss: number; descriptors: number }[] {
  try {
    const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]
    const descriptors = readdirSync(`/proc/${pid}/fd`).length
    return [{ rss: Number(kilobytes) * 1024, descriptors }]
  } catch {
    return []
  }
}
