import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { enginePorts } from '@marquee/engines'
import { type Link, openLink } from '@marquee/test-kit'
import { findPortBase, isFree } from '../lifecycle/ports.js'
import { launch, readRunFile } from '../lifecycle/start-platform.js'
import { until } from '../lifecycle/until.js'
import { dataDir, readRun } from '../platform.js'
import { disarmAll, pointsFolder } from './points.js'
import { releaseAll } from './processes.js'

const apps = ['gateway', 'catalog', 'user-history', 'reviews', 'trending'] as const
/** Processes that other processes are clients of. */
const linkedEngines = [
  'postgres-catalog',
  'postgres-analytics',
  'postgres-replica',
  'mongodb',
  'redis-cache',
  'redis-counters',
  'kafka',
] as const

export interface UnderTest {
  links: Map<string, Link>
  port: number
  /** Of the environment, beyond what every platform under test gets. */
  extra: Record<string, string>
  ended(): boolean
  output(): string
  /** Ends everything, the supervisor too, and starts it on the same data; milliseconds until ready. */
  startAnew(how: 'kill' | 'stop', env?: Record<string, string>): Promise<number>
  stop(): Promise<void>
}

/** One platform with two instances of every app, each process behind a link. Only its secrets stay of what was there before. */
export async function startUnderTest(): Promise<UnderTest> {
  clearData()
  const port = await findBase()
  const links = await openLinks(port)
  let running = await start(port, links, {})

  async function end(how: 'kill' | 'stop'): Promise<void> {
    releaseAll()
    if (how === 'kill') {
      const { supervisor, processes } = readRun()
      for (const pid of [supervisor, ...Object.values(processes)]) killGroup(pid)
    } else if (!running.ended()) process.kill(readRun().supervisor, 'SIGTERM')
    await running.exited
  }
  const self: UnderTest = {
    links,
    port,
    extra: {},
    ended: () => running.ended(),
    output: () => running.output(),
    async startAnew(how, env = {}) {
      await end(how)
      disarmAll()
      const began = performance.now()
      running = await start(port, links, env)
      self.extra = env
      return performance.now() - began
    },
    async stop() {
      await end('stop')
      await Promise.all([...links.values()].map((link) => link.end()))
    },
  }
  return self
}

/** Tokens and keys that this process has read stay good. */
function clearData(): void {
  for (const name of readdirSync(dataDir))
    if (name !== 'secrets.json') rmSync(join(dataDir, name), { recursive: true, force: true })
}

const instancePorts = (port: number) =>
  apps.flatMap((app, n) => [[app, port + n] as const, [`${app}#2`, port + n + 10] as const])

async function findBase(): Promise<number> {
  for (;;) {
    const base = await findPortBase()
    const free = await Promise.all(instancePorts(base).map(([, port]) => isFree(port)))
    if (free.every(Boolean)) return base
  }
}

async function openLinks(port: number): Promise<Map<string, Link>> {
  const engines = enginePorts(port + 100)
  const targets = [
    ...instancePorts(port).filter(([name]) => !name.startsWith('gateway')),
    ...linkedEngines.map((name) => [name, engines[name]] as const),
  ]
  return new Map(
    await Promise.all(targets.map(async ([name, target]) => [name, await openLink(target)] as const)),
  )
}

async function start(port: number, links: Map<string, Link>, extra: Record<string, string>) {
  const { exited, output } = await launch({
    dataDir,
    port,
    env: {
      MARQUEE_INSTANCES: '2',
      MARQUEE_FAULT_POINTS: pointsFolder,
      MARQUEE_FAULT_LINKS: JSON.stringify(
        Object.fromEntries([...links].map(([name, link]) => [name, link.port])),
      ),
      MARQUEE_LIMIT_RATE_PER_SECOND: '100000',
      MARQUEE_LIMIT_RATE_BURST: '100000',
      ...extra,
    },
  })
  let ended = false
  void exited.then(() => {
    ended = true
  })
  await until('the platform is ready', 240_000, async () => {
    if (ended) throw new Error(`The platform did not start:\n${output()}`)
    return output().includes('Ctrl-C stops') && (await readRunFile(dataDir)) !== undefined
  })
  return { exited, output, ended: () => ended }
}

function killGroup(pid: number): void {
  for (const target of [-pid, pid])
    try {
      process.kill(target, 'SIGKILL')
    } catch {
      // Already gone, or no leader of a group.
    }
}
