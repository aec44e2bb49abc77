import { readdirSync, readFileSync } from 'node:fs'
import { readRun } from './platform.js'

/** A process and all below it (Linux): the backends of a PostgreSQL go on for a while without their parent. */
function family(pid: number): number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const parent = parentOf(name)
    if (parent !== null) children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const below = (each: number): number[] => [each, ...(children.get(each) ?? []).flatMap(below)]
  return below(pid)
}

function parentOf(pid: string): number | null {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ')[1])
  } catch {
    return null
  }
}

function signal(pids: number[], name: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, name)
    } catch {
      // It is gone.
    }
  }
}

/**
 * Runs `work` while these processes are dead. The supervisor would start them again at once, so it is frozen meanwhile; it finds
 * them dead when it goes on. Resolves after `work`, not after their return.
 */
export async function whileDead<T>(names: string[], work: () => Promise<T>): Promise<T> {
  const { supervisor, processes } = readRun()
  process.kill(supervisor, 'SIGSTOP')
  try {
    signal(
      names.flatMap((name) => family(processes[name]!)),
      'SIGKILL',
    )
    return await work()
  } finally {
    process.kill(supervisor, 'SIGCONT')
  }
}

/** Runs `work` while these processes are frozen: they hold their connections and answer nothing. */
export async function whileFrozen<T>(names: string[], work: () => Promise<T>): Promise<T> {
  const pids = names.flatMap((name) => family(readRun().processes[name]!))
  signal(pids, 'SIGSTOP')
  try {
    return await work()
  } finally {
    signal(pids, 'SIGCONT')
  }
}
