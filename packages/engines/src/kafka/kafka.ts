import { randomBytes } from 'node:crypto'
import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { execa } from 'execa'
import { Kafka } from 'kafkajs'
import { type Context, type Engine, folderOf, logOf } from '../context.js'
import { type Recorded, thatCanOpen } from '../data/engine-records.js'
import { EngineError } from '../errors.js'
import { type Chosen, chooseEngine } from '../install/choose.js'
import { infraDir } from '../paths.js'
import type { ProcessSpec } from '../supervise/process-spec.js'
import { type KafkaPrograms, kafkaCandidates } from './programs.js'

const name = 'kafka'
const variable = 'MARQUEE_KAFKA_BROKERS'

/** Of memory and start-up time as little as one node needs. */
const javaFlags = [
  '-Xmx256m',
  '-XX:+UseSerialGC',
  '-XX:TieredStopAtLevel=1',
  '-XX:-UsePerfData',
  '-Djava.awt.headless=true',
]

export async function kafkaEngine(context: Context): Promise<Engine> {
  const candidates = await kafkaCandidates(context.machine, context.report)
  const data = { folder: folderOf(context, name), made: await madeBy(context) }
  const chosen = await chooseEngine({
    engine: 'Kafka',
    candidates: thatCanOpen({ ...data, versionParts: 2, engine: 'kafka', variable }, candidates),
    absent: candidates.length === 1 ? ['no Kafka 4 installation (kafka-server-start.sh) is on the PATH'] : [],
    ways: [
      `set ${variable} to the address of a broker (host:port)`,
      'install Maven and Java 17 or newer (Debian: apt install maven), and be online once',
      'put the bin folder of an unpacked Kafka 4 on the PATH, and Java 17 or newer',
    ],
  })
  return { url: ownAddress(context), specs: [kafkaSpec(context, chosen)] }
}

const metaFile = (folder: string) => path.join(folder, 'data/meta.properties')

const isFormatted = (folder: string) =>
  access(metaFile(folder)).then(
    () => true,
    () => false,
  )

async function madeBy(context: Context): Promise<Recorded | null> {
  return (await isFormatted(folderOf(context, name))) ? (context.records.get(name) ?? null) : null
}

function kafkaSpec(context: Context, chosen: Chosen<KafkaPrograms>): ProcessSpec {
  const folder = folderOf(context, name)
  const settings = path.join(folder, 'server.properties')
  const { java, libs } = chosen.programs
  const classPath = ['-cp', path.join(libs, '*'), '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn']
  return {
    name,
    kind: 'engine',
    port: context.ports.kafka,
    extraPorts: [
      context.ports['kafka-controller'],
      ...(context.kafkaLink === undefined ? [] : [context.ports['kafka-direct']]),
    ],
    portVariable: 'MARQUEE_PORT',
    command: {
      file: java,
      args: [...javaFlags, ...classPath, 'kafka.Kafka', settings],
      cwd: folder,
      env: context.machine.engineEnv,
    },
    async prepare(report) {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      await writeSettings(context, folder, settings)
      if (await isFormatted(folder)) return
      report({ subject: name, step: 'formatting its storage' })
      await format(context, chosen, folder, [...classPath, 'kafka.tools.StorageTool', 'format'], settings)
      const { version, source } = chosen
      context.records.keep(name, { engine: 'kafka', version, source })
    },
    ready: () => kafkaAnswers(ownAddress(context)),
    readyTimeoutMs: 90_000,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 15_000,
    logFile: logOf(context, name),
    dependsOn: [],
  }
}

/** Clients go on to what the broker advertises: whoever must not depend on a link needs a listener that advertises itself. */
const ownAddress = ({ ports, kafkaLink }: Context) =>
  `127.0.0.1:${kafkaLink === undefined ? ports.kafka : ports['kafka-direct']}`

function listeners({ ports, kafkaLink }: Context): string[] {
  const [clients, controller] = [ports.kafka, ports['kafka-controller']]
  const listening = `PLAINTEXT://127.0.0.1:${clients},CONTROLLER://127.0.0.1:${controller}`
  if (kafkaLink === undefined)
    return [`listeners=${listening}`, `advertised.listeners=PLAINTEXT://127.0.0.1:${clients}`]
  const direct = `DIRECT://127.0.0.1:${ports['kafka-direct']}`
  return [
    `listeners=${listening},${direct}`,
    `advertised.listeners=PLAINTEXT://127.0.0.1:${kafkaLink},${direct}`,
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,DIRECT:PLAINTEXT',
    'inter.broker.listener.name=DIRECT',
  ]
}

async function writeSettings(context: Context, folder: string, file: string): Promise<void> {
  const controller = context.ports['kafka-controller']
  const own = [
    ...listeners(context),
    `controller.quorum.voters=1@127.0.0.1:${controller}`,
    `log.dirs=${path.join(folder, 'data')}`,
  ]
  const base = await readFile(path.join(infraDir, 'kafka/server.properties'), 'utf8')
  const text = ['# Made at every start from infra/; changes here are lost.', base, ...own, ''].join('\n')
  await writeFile(file, text, { mode: 0o600 })
}

async function format(
  context: Context,
  chosen: Chosen<KafkaPrograms>,
  folder: string,
  args: string[],
  settings: string,
) {
  // What an interrupted format left is no storage yet.
  await rm(path.join(folder, 'data'), { recursive: true, force: true })
  const result = await execa(
    chosen.programs.java,
    [...javaFlags, ...args, '-t', clusterId(), '-c', settings],
    {
      env: context.machine.engineEnv,
      extendEnv: false,
      all: true,
      reject: false,
    },
  )
  if (result.failed)
    throw new EngineError(`Kafka's storage could not be formatted:\n${result.all || result.shortMessage}`)
}

/** 16 bytes in base64url, as Kafka wants it; never beginning with a dash, which its tool takes for a flag. */
function clusterId(): string {
  const id = randomBytes(16).toString('base64url')
  return id.startsWith('-') ? clusterId() : id
}

/** True once the broker is part of the cluster that it is: registered and not fenced. */
export async function kafkaAnswers(brokers: string): Promise<boolean> {
  const admin = new Kafka({
    clientId: 'marquee-engines',
    brokers: brokers.split(','),
    connectionTimeout: 2_000,
    requestTimeout: 2_000,
    retry: { retries: 0 },
    logCreator: () => () => undefined,
  }).admin()
  try {
    await admin.connect()
    const { brokers: alive } = await admin.describeCluster()
    return alive.length > 0
  } catch {
    return false
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}
