import { readdir, readFile, realpath, rm } from 'node:fs/promises'
import path from 'node:path'
import type { Machine } from '../config.js'
import { EngineError } from '../errors.js'
import type { Candidate } from '../install/choose.js'
import { download } from '../install/download.js'
import { checkSum, folderSize, install, sha256 } from '../install/install.js'
import { findProgram } from '../install/programs.js'
import { infraDir } from '../paths.js'
import type { Report } from '../supervise/process-spec.js'
import { findJava, type Java } from './java.js'

const packageVersion = '4.1.1'
/** What Maven stores to get the jars: them, their descriptions and its own plugins. */
const repositoryBytes = 58_000_000
const pom = path.join(infraDir, 'kafka/pom.xml')
const sums = path.join(infraDir, 'kafka/jars.sha256')

export interface KafkaPrograms {
  /** The file of the program. */
  java: string
  /** The folder of Kafka's jars. */
  libs: string
}

export async function kafkaCandidates(machine: Machine, report: Report): Promise<Candidate<KafkaPrograms>[]> {
  const candidate = (source: string, version: string, libs: (java: Java) => Promise<string>) => ({
    source,
    version,
    async get() {
      const java = await findJava(machine, report)
      return { java: java.file, libs: await libs(java) }
    },
  })
  const found = await installedKafka(machine)
  return [
    candidate('package', packageVersion, (java) => packaged(machine, report, java)),
    ...(found ? [candidate(found.libs, found.version, async () => found.libs)] : []),
  ]
}

async function packaged(machine: Machine, report: Report, java: Java): Promise<string> {
  // The list of sums names the installation: another list is another download.
  const name = `kafka-${packageVersion}-${(await sha256(sums)).slice(0, 12)}`
  return install(machine.cacheDir, name, async (folder) => {
    const maven = await findProgram(machine, 'mvn')
    if (!maven)
      throw new EngineError('a download from Maven Central needs `mvn` on the PATH, which is not there')
    const jars = await pinnedJars()
    // Kept when the download fails, so that the next one goes on from here; of no use once the jars are copied.
    const repository = path.join(machine.cacheDir, 'maven')
    await download(machine, report, {
      subject: 'kafka',
      step: `mvn dependency:copy-dependencies of Kafka ${packageVersion} (${jars.length} jars, 43 MB)`,
      file: maven,
      args: [
        ...['-B', '-q', '-f', pom, 'dependency:copy-dependencies'],
        ...[`-DoutputDirectory=${folder}`, `-Dmaven.repo.local=${repository}`],
      ],
      env: java.env,
      cwd: folder,
      fraction: async () => (await folderSize(repository)) / repositoryBytes,
    })
    for (const jar of jars) await checkSum(path.join(folder, jar.name), jar.sha256)
    const extra = (await readdir(folder)).filter((entry) => !jars.some((jar) => jar.name === entry))
    if (extra.length > 0) throw new EngineError(`Maven brought jars that are not pinned: ${extra.join(', ')}`)
    await rm(repository, { recursive: true, force: true })
  })
}

async function pinnedJars(): Promise<{ name: string; sha256: string }[]> {
  const lines = (await readFile(sums, 'utf8')).trim().split('\n')
  return lines.map((line) => ({ sha256: line.slice(0, 64), name: line.slice(64).trim() }))
}

/** An unpacked Kafka 4 whose bin folder is on the PATH. */
async function installedKafka(machine: Machine): Promise<{ libs: string; version: string } | null> {
  const script = await findProgram(machine, 'kafka-server-start.sh')
  if (!script) return null
  const libs = path.join(path.dirname(await realpath(script)), '../libs')
  const jars = await readdir(libs).catch(() => [])
  const version = jars.map((jar) => /^kafka_[\d.]+-(\d+\.\d+\.\d+)\.jar$/.exec(jar)?.[1]).find(Boolean)
  if (!version?.startsWith('4.')) return null
  return { libs, version }
}
