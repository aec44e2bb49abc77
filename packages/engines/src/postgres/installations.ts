import { access, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Machine } from '../config.js'
import type { Candidate } from '../install/choose.js'
import { findProgram, isExecutable, outputOf } from '../install/programs.js'
import { isSupported, majorOf, type PostgresPrograms, postgresVersion } from './version.js'

interface Installation {
  bin: string
  shareDir: string
  libDir: string
}

/** PostgreSQL installations of this machine with server programs, found by their `pg_config`. */
export async function installationsWithConfig(machine: Machine): Promise<Installation[]> {
  const onPath = await findProgram(machine, 'pg_config')
  const configs = new Set(onPath ? [onPath] : [])
  // Debian keeps its versions here, off the PATH.
  const versions = await readdir('/usr/lib/postgresql').catch(() => [])
  for (const version of versions) configs.add(`/usr/lib/postgresql/${version}/bin/pg_config`)
  const found = await Promise.all([...configs].map(describe))
  const complete = found.filter((installation) => installation !== null)
  return [...new Map(complete.map((installation) => [installation.bin, installation])).values()]
}

async function describe(config: string): Promise<Installation | null> {
  const output = await outputOf(config, ['--bindir', '--sharedir', '--pkglibdir'])
  const [bin, shareDir, libDir] = output?.trim().split('\n') ?? []
  if (!bin || !shareDir || !libDir) return null
  const programs = await Promise.all(['postgres', 'initdb'].map((name) => isExecutable(path.join(bin, name))))
  return programs.every(Boolean) ? { bin, shareDir, libDir } : null
}

/** Installations that have Citus; `version` is PostgreSQL's, with Citus's after it: "15.18+citus13.2". Newest first. */
export async function citusCandidates(machine: Machine): Promise<Candidate<PostgresPrograms>[]> {
  const installations = await installationsWithConfig(machine)
  const found = await Promise.all(
    installations.map(async ({ bin, shareDir, libDir }) => {
      const citus = await citusVersion(shareDir, libDir)
      const version = await postgresVersion(bin)
      if (!citus || !version || !isSupported(version)) return null
      const programs = { bin, major: majorOf(version) }
      return { source: bin, version: `${version}+citus${citus}`, get: async () => programs }
    }),
  )
  return found
    .filter((candidate) => candidate !== null)
    .sort((a, b) => majorOf(b.version) - majorOf(a.version))
}

/** Both its halves must be there: the extension's SQL and its library. */
async function citusVersion(shareDir: string, libDir: string): Promise<string | null> {
  try {
    await access(path.join(libDir, process.platform === 'darwin' ? 'citus.dylib' : 'citus.so'))
    const control = await readFile(path.join(shareDir, 'extension/citus.control'), 'utf8')
    return /default_version = '(\d+\.\d+)/.exec(control)?.[1] ?? null
  } catch {
    return null
  }
}
