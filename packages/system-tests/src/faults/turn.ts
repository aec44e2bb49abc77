import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startTimeOf } from '@marquee/engines'
import { until } from '../lifecycle/until.js'

const file = join(tmpdir(), 'marquee-faults.turn')
const waitsMs = 3_600_000

/** Waits while another run on this machine is under way: two would take each other's deadlines. */
export async function takeTurn(): Promise<void> {
  const own = `${process.pid} ${startTimeOf(process.pid)}`
  let told = false
  await until('the turn of this run', waitsMs, () => {
    if (take(own)) return true
    const holder = whoHolds()
    if (holder === null) rmSync(file, { force: true })
    else if (!told) console.log(`Waiting for another run (process ${holder}) to end ...`)
    told = holder !== null
    return false
  })
  process.once('exit', () => rmSync(file, { force: true }))
}

/** A link is there with all that is in it, or not at all. */
function take(own: string): boolean {
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, own)
  try {
    linkSync(mine, file)
    return true
  } catch {
    return false
  } finally {
    rmSync(mine)
  }
}

/** Its pid; null when it has ended without a word. */
function whoHolds(): string | null {
  try {
    const [pid = '', startTime] = readFileSync(file, 'utf8').split(' ')
    return startTimeOf(Number(pid)) === startTime ? pid : null
  } catch {
    return null
  }
}
