import { readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { type Machine, readMachine } from '../config.js'
import { EngineError } from '../errors.js'
import { download } from '../install/download.js'
import { checkSum, folderSize, install } from '../install/install.js'
import { findProgram } from '../install/programs.js'
import { infraDir } from '../paths.js'
import type { Report } from '../supervise/process-spec.js'
import { kafkaCandidates } from './programs.js'

/** Kafka's command line programs: a jar that no broker needs. */
const jar = {
  artifact: 'org.apache.kafka:kafka-tools:4.1.1',
  file: 'kafka-tools-4.1.1.jar',
  sha256: '8a6939f310a61119cedaffc144119e9b2a374e32a7ec18f78e49ce5aeb71d6b0',
}
/** What Maven stores for its own plugins on the way. */
const repositoryBytes = 21_000_000

/**
 * How to run one of Kafka's own programs, like `org.apache.kafka.tools.ConsoleProducer`; its arguments come after `args`. Of the Kafka
 * that the engine would be; gets what is missing.
 * @throws EngineError when there is none and none can be got
 */
export async function kafkaTool(name: string, report: Report): Promise<{ file: string; args: string[] }> {
  const machine = readMachine()
  const reasons: string[] = []
  for (const candidate of await kafkaCandidates(machine, report)) {
    try {
      const { java, libs } = await candidate.get()
      const folders = (await holdsTools(libs)) ? [libs] : [libs, await packagedTools(machine, report)]
      const classPath = folders.map((folder) => path.join(folder, '*')).join(path.delimiter)
      const quiet = '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'
      return { file: java, args: ['-Xmx256m', '-XX:+UseSerialGC', '-cp', classPath, quiet, name] }
    } catch (error) {
      if (!(error instanceof EngineError)) throw error
      reasons.push(error.message)
    }
  }
  throw new EngineError(`Kafka's own programs are not here:\n  ${reasons.join('\n  ')}`)
}

const holdsTools = async (libs: string) =>
  (await readdir(libs)).some((file) => /^kafka-tools-\d.*\.jar$/.test(file))

function packagedTools(machine: Machine, report: Report): Promise<string> {
  return install(machine.cacheDir, `kafka-tools-${jar.sha256.slice(0, 12)}`, async (folder) => {
    const maven = await findProgram(machine, 'mvn')
    if (!maven)
      throw new EngineError('a download from Maven Central needs `mvn` on the PATH, which is not there')
    const repository = path.join(machine.cacheDir, 'maven-tools')
    await download(machine, report, {
      subject: 'kafka',
      step: `mvn dependency:copy of ${jar.artifact}`,
      file: maven,
      args: [
        ...['-B', '-q', '-f', path.join(infraDir, 'kafka/pom.xml'), 'dependency:copy'],
        ...[`-Dartifact=${jar.artifact}`, `-DoutputDirectory=${folder}`, `-Dmaven.repo.local=${repository}`],
      ],
      env: {},
      cwd: folder,
      fraction: async () => (await folderSize(repository)) / repositoryBytes,
    })
    await checkSum(path.join(folder, jar.file), jar.sha256)
    await rm(repository, { recursive: true, force: true })
  })
}
