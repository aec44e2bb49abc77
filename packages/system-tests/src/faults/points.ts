import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Armed, armedFile, clockFile, collectFile, type FailPointName, firedFile } from '@marquee/faults'
import { until } from '../lifecycle/until.js'
import { dataDir } from '../platform.js'

/** Where the apps under test look for armed fail points. */
export const pointsFolder = join(dataDir, 'points')

const firesWithinMs = 30_000

export function arm(point: FailPointName, armed: Armed) {
  const [file, fired] = [armedFile(pointsFolder, point), firedFile(pointsFolder, point)]
  rmSync(fired, { force: true })
  write(file, JSON.stringify(armed))
  return {
    fired: () => until(`the fail point ${point} fires`, firesWithinMs, () => existsSync(fired)),
    disarm: () => rmSync(file, { force: true }),
  }
}

export function setClock(name: string, aheadMs: number) {
  const file = clockFile(pointsFolder)
  write(file, `${name}:${aheadMs}`)
  return { right: () => rmSync(file, { force: true }) }
}

/** Asks every app to collect its garbage; they do so within 200 ms. */
export const collectGarbage = () => write(collectFile(pointsFolder), String(Date.now()))

export const disarmAll = () => rmSync(pointsFolder, { recursive: true, force: true })

function write(file: string, text: string): void {
  mkdirSync(pointsFolder, { recursive: true })
  writeFileSync(`${file}.new`, text)
  renameSync(`${file}.new`, file)
}
