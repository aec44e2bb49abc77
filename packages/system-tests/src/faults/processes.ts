import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startTimeOf } from '@marquee/engines'
import { until } from '../lifecycle/until.js'
import { dataDir, readRun } from '../platform.js'
import { answers } from './answers.js'

/** Also a zombie is gone. */
const isGone = (pid: number) => startTimeOf(pid) === null

export function pidOf(name: string): number {
  const pid = readRun().processes[name]
  if (pid === undefined) throw new Error(`${name} does not run`)
  return pid
}

/** A process and all below it (Linux): the backends of a PostgreSQL go on for a while without their parent. */
export function familyOf(pid: number): number[] {
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

/** SIGKILL of each with all below it; resolves when they are gone. */
export async function kill(names: string[]): Promise<void> {
  const pids = names.flatMap((name) => familyOf(pidOf(name)))
  signal(pids, 'SIGKILL')
  await until(`${names} are gone`, 10_000, () => pids.every(isGone))
}

export function freeze(names: string[]): { thaw(): void } {
  const pids = names.flatMap((name) => familyOf(pidOf(name)))
  signal(pids, 'SIGSTOP')
  return { thaw: () => signal(pids, 'SIGCONT') }
}

export async function terminate(name: string): Promise<void> {
  const pid = pidOf(name)
  signal([pid], 'SIGTERM')
  await until(`${name} has stopped`, 15_000, () => isGone(pid))
}

/** The supervisor does not start again what a file here names, see packages/engines/src/supervise. */
const heldFile = (name: string) => join(dataDir, 'held', name)

export function hold(names: string[]): { release(): void } {
  mkdirSync(join(dataDir, 'held'), { recursive: true })
  for (const name of names) writeFileSync(heldFile(name), '')
  return {
    release() {
      for (const name of names) rmSync(heldFile(name), { force: true })
    },
  }
}

export const releaseAll = () => rmSync(join(dataDir, 'held'), { recursive: true, force: true })

/** Whether it runs, as the supervisor sees it, and answers us. */
export async function isReady(name: string): Promise<boolean> {
  const { states, processes } = readRun()
  const state = states.find((each) => each.name === name)
  const pid = processes[name]
  if (state?.state !== 'ready' || pid === undefined || isGone(pid)) return false
  return await answers(state)
}
