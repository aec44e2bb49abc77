import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startTimeOf } from '@marquee/engines'

export interface Holder {
  pid: number
  /** Tells the holder from a later process with the same pid. */
  startTime: string
}

const pathOf = (dataDir: string) => join(dataDir, 'ops.lock')

/** Whoever runs or changes this data folder now; undefined when nobody does. */
export async function lockHolder(dataDir: string): Promise<Holder | undefined> {
  const holder = await readHolder(pathOf(dataDir))
  return holder && lives(holder) ? holder : undefined
}

/** Resolves to the release, or to the holder that stands in the way. A dead holder's lock is taken over. */
export async function takeLock(dataDir: string): Promise<{ release(): Promise<void> } | { heldBy: Holder }> {
  const mine: Holder = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' }
  const path = pathOf(dataDir)
  const prepared = `${path}.${process.pid}`
  await writeFile(prepared, JSON.stringify(mine))
  try {
    for (;;) {
      if (await linked(prepared, path)) return { release: () => rm(path, { force: true }) }
      const holder = await readHolder(path)
      if (holder && lives(holder)) return { heldBy: holder }
      await clearAway(path, holder)
    }
  } finally {
    await rm(prepared, { force: true })
  }
}

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

// Two starts may find the same dead lock: what was moved away is looked at again, and put back when it is a new one.
async function clearAway(path: string, dead: Holder | undefined): Promise<void> {
  const aside = `${path}.${process.pid}.dead`
  const moved = await rename(path, aside).then(
    () => true,
    () => false,
  )
  if (!moved) return
  const found = await readHolder(aside)
  if (found && (found.pid !== dead?.pid || found.startTime !== dead.startTime)) await linked(aside, path)
  await rm(aside, { force: true })
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

const lives = ({ pid, startTime }: Holder) => startTimeOf(pid) === startTime
