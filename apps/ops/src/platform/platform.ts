import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { world } from '@marquee/contracts'
import {
  type Engines,
  engineNames,
  enginePorts,
  engineSpecs,
  type ProcessChange,
  type ProcessSpec,
  type Report,
  supervise,
} from '@marquee/engines'
import type { Config } from '../config.js'
import { urlAs } from '../data-folder/role-passwords.js'
import { createRunFile, type RunFile } from '../data-folder/run-file.js'
import { ensureSecrets, publishKeys, type Secrets } from '../data-folder/secrets.js'
import type { Terminal } from '../terminal.js'
import { mintAll } from '../tokens.js'
import { type AppName, appEnvironments, appSpecs, cliOf, portOffsets } from './app-specs.js'
import { type Instances, instancesOf, originAt, originsOf } from './instances.js'
import { checkLinks, linkedOrigins, linkedUrls } from './links.js'
import type { OpsLog } from './ops-log.js'
import { createPreparations, type Run } from './preparations.js'
import { runAsStep } from './run-tool.js'

export interface Platform {
  /** Resolves when every process was ready once and run.json is written. */
  start(): Promise<RunFile>
  stop(): Promise<void>
  /** Kills what still runs, without order. */
  kill(): void
  /** Stops the instances of an app, each when the one before it is back; the supervisor starts them again. */
  restart(app: AppName): Promise<void>
}

interface Parts {
  config: Config
  terminal: Terminal
  log: OpsLog
  /** Fires when the operator wants to stop: ends migrations and seeds that run. */
  signal: AbortSignal
}

/** Gets the engines (downloading them the first time) and plans every process; starts nothing. */
export async function createPlatform({ config, terminal, log, signal }: Parts): Promise<Platform> {
  const { dataDir } = config
  const report: Report = ({ subject, step, fraction }) => terminal.working(subject, step, fraction)
  const instances = instancesOf(config)
  checkLinks(config.links, instances)
  const secrets = await ensureSecrets(dataDir)
  await publishKeys(dataDir, secrets)
  const engines = await getEngines(config, report)
  const engineProcesses = engines.specs.map(({ name }) => name)
  const environments = appEnvironments({
    config,
    secrets,
    urls: linkedUrls(engines.urls, config.links),
    origins: linkedOrigins(instances, config.links),
  })
  const run: Run = (app, args, options) =>
    runAsStep({ script: cliOf(app), args, env: environments[app] }, options)
  const preparations = createPreparations({ config, terminal, run, signal, engineProcesses })
  const specs = [
    ...engines.specs,
    ...appSpecs({ config, instances, environments, engineProcesses, prepare: preparations.prepare }),
  ]
  const states = trackStates(specs)
  const description = await describe(config, secrets, engines, instances)
  const snapshot = (): RunFile => ({ ...description, processes: supervisor.pids(), states: states.all() })
  const runFile = createRunFile(dataDir, snapshot)
  let wasReady = false
  let stopping = false

  const onChange = (change: ProcessChange) => {
    states.apply(change)
    if (!stopping) tell(terminal, change, wasReady)
    if (change.state === 'ready') preparations.engineReady(change.name)
    // A start that fails must not wait for the seeds of the others.
    if (change.state === 'failed' && !wasReady) void preparations.end()
    if (wasReady && !stopping)
      runFile.update().catch((error) => log.warn({ error: String(error) }, 'run.json'))
  }
  const supervisor = supervise(specs, { dataDir, log, report, onChange })

  return {
    async start() {
      await supervisor.start()
      wasReady = true
      await runFile.update()
      return snapshot()
    },
    async stop() {
      stopping = true
      await Promise.all([runFile.close(), preparations.end()])
      await supervisor.stop()
    },
    kill() {
      for (const pid of Object.values(supervisor.pids())) killGroup(pid)
    },
    async restart(app) {
      for (const { name } of instances[app]) {
        const before = supervisor.pids()[name]
        if (before !== undefined) process.kill(before, 'SIGTERM')
        const isBack = () => supervisor.states()[name] === 'ready' && supervisor.pids()[name] !== before
        while (!isBack() && !stopping) await pause(100)
      }
    },
  }
}

const getEngines = ({ dataDir, port, catalogMode, urls, links }: Config, report: Report): Promise<Engines> =>
  engineSpecs({
    dataDir,
    ports: enginePorts(port + portOffsets.engines),
    want: engineNames,
    catalogMode,
    urls,
    kafkaLink: links.kafka,
    report,
  })

/** What run.json says from the start to the end. */
async function describe(
  config: Config,
  secrets: Secrets,
  { urls, catalogKind }: Engines,
  instances: Instances,
) {
  const api = originAt(config.port)
  return {
    api,
    apiDocs: `${api}/api-docs`,
    tokens: await mintAll(secrets),
    demo: {
      userId: world.viewers.mina.sub,
      contentId: world.contents.winterTide.id,
      episodeId: world.episodes.winterTide1.id,
    },
    engines: {
      ...urls,
      replica: urlAs(urls.replica, 'analyst', secrets),
      kafka: urls.kafka.split(','),
    },
    owners: { replica: urls.replica },
    instances: originsOf(instances),
    supervisor: process.pid,
    catalogKind,
    logs: join(config.dataDir, 'logs'),
    startedAt: new Date().toISOString(),
  }
}

function trackStates(specs: ProcessSpec[]) {
  const since = () => new Date().toISOString()
  const states = new Map(
    specs.map(({ name, kind, port }) => [
      name,
      { name, kind, port, state: 'waiting', restarts: 0, since: since() },
    ]),
  )
  return {
    all: () => [...states.values()],
    apply({ name, state }: ProcessChange) {
      const known = states.get(name)
      if (!known) return
      if (state === 'restarting') known.restarts++
      known.state = state
      known.since = since()
    },
  }
}

function tell(terminal: Terminal, { name, state, pid, reason }: ProcessChange, wasReady: boolean): void {
  if (state === 'restarting' || state === 'failed')
    terminal.warn(`${name} ${state}${reason ? `: ${reason}` : ''}`)
  else if (state === 'ready' && wasReady) terminal.line(`${name} is back (pid ${pid})`)
  else if (state === 'ready') terminal.line(`${name} is ready`)
  else if (state === 'starting' && !wasReady) terminal.working(name, 'starting')
}

function killGroup(pid: number): void {
  for (const target of [-pid, pid])
    try {
      process.kill(target, 'SIGKILL')
    } catch {
      // Already gone, or no leader of a group.
    }
}
