import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Armed, armedFile, type FailPointName } from '../fail-point.js'

/*
 * For a test file that arms fail points of its own process. The folder is named before anybody reads the settings, so this comes before
 * what it tests (imports are evaluated in their order).
 */
const folder = mkdtempSync(join(tmpdir(), 'fail-points-'))
// biome-ignore lint/style/noProcessEnv: it is set here, not read
process.env.MARQUEE_FAULT_POINTS = folder

export const arm = (name: FailPointName, armed: Armed): void =>
  writeFileSync(armedFile(folder, name), JSON.stringify(armed))
export const isArmed = (name: FailPointName): boolean => existsSync(armedFile(folder, name))
export const disarmAll = (): void => rmSync(folder, { recursive: true })
