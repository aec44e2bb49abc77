import { join } from 'node:path'
import { world } from '@marquee/contracts'
import {
  engineNames,
  enginePorts,
  engineSpecs,
  type ProcessChange,
  type ProcessSpec,
  supervise,
} from '@marquee/engines'
import type { Config } from '../config.js'
import { createRunFile, type RunFile } from '../data-folder/run-file.js'
import { ensureSecrets, publishKeys } from '../data-folder/secrets.js'
import type { Terminal } from '../terminal.js'
import { mintAll } from '../tokens.js'
import { type AppName, appEnvironments, appSpecs, portOffsets } from './app-specs.js'
import { prepareApp } from './first-start.js'
import type { OpsLog } from './ops-log.js'

export interface Platform {
  /** Resolves when every process was ready once and run.json is written. */
  start(): Promise<RunFile>
  stop(): Promise<void>
  /** Kills what still runs, without order. */
  kill(): void
  /** Stops one process in its own way; the supervisor starts it again. */
  restart(name: string): void
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
  const secrets = await ensureSecrets(dataDir)
  await publishKeys(dataDir, secrets)
  const engines = await engineSpecs({
    dataDir,
    ports: enginePorts(config.port + portOffsets.engines),
    want: engineNames,
    catalogMode: config.catalogMode,
    report: ({ subject, step, fraction }) => terminal.working(subject, step, fraction),
    urls: config.urls,
  })
  const surroundings = { config, secrets, urls: engines.urls }
  const environments = appEnvironments(surroundings)
  const prepare = (app: AppName) => prepareApp(app, { config, environments, terminal, signal })
  const specs = [...engines.specs, ...appSpecs({ ...surroundings, engines: engines.specs, prepare })]

  const states = trackStates(specs)
  const tokens = await mintAll(secrets)
  const api = `http://127.0.0.1:${config.port}`
  const startedAt = new Date().toISOString()
  const snapshot = (): RunFile => ({
    api,
    apiDocs: `${api}/api-docs`,
    tokens,
    demo: demoIds(),
    engines: { ...pick(engines.urls), kafka: engines.urls.kafka.split(',') },
    processes: supervisor.pids(),
    supervisor: process.pid,
    catalogKind: engines.catalogKind,
    logs: join(dataDir, 'logs'),
    startedAt,
    states: states.all(),
  })
  const runFile = createRunFile(dataDir, snapshot)
  let wasReady = false
  let stopping = false

  const supervisor = supervise(specs, {
    dataDir,
    log,
    report: ({ subject, step, fraction }) => terminal.working(subject, step, fraction),
    onChange(change) {
      states.apply(change)
      if (!stopping) tell(terminal, change, wasReady)
      if (wasReady && !stopping)
        runFile.update().catch((error) => log.warn({ error: String(error) }, 'run.json'))
    },
  })

  return {
    async start() {
      await supervisor.start()
      wasReady = true
      await runFile.update()
      return snapshot()
    },
    async stop() {
      stopping = true
      await runFile.close()
      await supervisor.stop()
    },
    kill() {
      for (const pid of Object.values(supervisor.pids())) killGroup(pid)
    },
    restart(name) {
      const pid = supervisor.pids()[name]
      if (pid !== undefined) process.kill(pid, 'SIGTERM')
    },
  }
}

const pick = ({ catalog, cache, counters }: Record<'catalog' | 'cache' | 'counters', string>) => ({
  catalog,
  cache,
  counters,
})

const demoIds = () => ({
  userId: world.viewers.mina.sub,
  contentId: world.contents.winterTide.id,
  episodeId: world.episodes.winterTide1.id,
})

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
