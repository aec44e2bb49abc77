import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Armed, armedFile, clockFile, type FailPointName, firedFile } from '@marquee/faults'
import { until } from '../lifecycle/until.js'
import { dataDir } from '../platform.js'

/** Where the apps under test look for armed fail points. */
export const pointsFolder = join(dataDir, 'points')

const firesWithinMs = 30_000

export function arm(point: FailPointName, armed: Armed) {
  mkdirSync(pointsFolder, { recursive: true })
  const [file, fired] = [armedFile(pointsFolder, point), firedFile(pointsFolder, point)]
  rmSync(fired, { force: true })
  writeFileSync(`${file}.new`, JSON.stringify(armed))
  renameSync(`${file}.new`, file)
  return {
    fired: () => until(`the fail point ${point} fires`, firesWithinMs, () => existsSync(fired)),
    disarm: () => rmSync(file, { force: true }),
  }
}

export function setClock(name: string, aheadMs: number) {
  mkdirSync(pointsFolder, { recursive: true })
  const file = clockFile(pointsFolder)
  writeFileSync(`${file}.new`, `${name}:${aheadMs}`)
  renameSync(`${file}.new`, file)
  return { right: () => rmSync(file, { force: true }) }
}

export const disarmAll = () => rmSync(pointsFolder, { recursive: true, force: true })
