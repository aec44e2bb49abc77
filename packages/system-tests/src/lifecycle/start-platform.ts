import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { reapAbandoned } from '@marquee/engines'
import { findPortBase } from './ports.js'
import { until } from './until.js'

const root = fileURLToPath(new URL('../../../../', import.meta.url))
const bootstrap = join(root, 'apps/ops/bin/bootstrap.mjs')

/** Reads the keys of a terminal from its stdin, so that a written \x03 is a real Ctrl-C; closing it hangs up. */
const inTerminal = ['python3', '-c', 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)']

/** Of what a start prints when everything is up. */
const lastLine = 'Ctrl-C stops everything in order.'

export interface RunningPlatform {
  dataDir: string
  port: number
  run: Record<string, unknown> & {
    api: string
    supervisor: number
    processes: Record<string, number>
    catalogKind: string
    engines: { catalog: string; analytics: string; counters: string; kafka: string[] }
    owners: { replica: string }
  }
  child: ChildProcess
  output(): string
  exited: Promise<number | null>
  /** Stops it and removes its data. */
  end(): Promise<void>
}

export interface StartOptions {
  /** `node`: the bootstrap itself; `npm`: npm start; `terminal`: npm start in a terminal of its own. */
  via?: 'node' | 'npm' | 'terminal'
  dataDir?: string
  port?: number
  env?: Record<string, string>
}

/** Starts a whole platform (seed xs) on private data and ports and resolves when run.json says that it is ready. */
export async function startPlatform(options: StartOptions = {}): Promise<RunningPlatform> {
  const launched = await launch(options)
  const { child, dataDir, output, exited } = launched
  let ended = false
  void exited.then(() => {
    ended = true
  })
  await until('the platform is ready', 240_000, async () => {
    if (ended) throw new Error(`The platform did not start:\n${output()}`)
    return output().includes(lastLine) && (await readRunFile(dataDir)) !== undefined
  })
  const run = (await readRunFile(dataDir)) as RunningPlatform['run']
  const end = async () => {
    if (!ended) process.kill(run.supervisor, 'SIGTERM')
    await exited
    child.stdin?.destroy()
    await rm(dataDir, { recursive: true, force: true })
  }
  return { ...launched, run, end }
}

/** The same without waiting: for starts that are expected to fail. */
export async function launch({ via = 'node', dataDir, port, env }: StartOptions) {
  const folder = dataDir ?? (await makeDataDir())
  const base = port ?? (await findPortBase())
  const command = {
    node: [process.execPath, bootstrap, 'start'],
    npm: ['npm', 'start'],
    terminal: [...inTerminal, 'npm', 'start'],
  }[via]
  const [file, ...args] = command as [string, ...string[]]
  const child = spawn(file, args, {
    cwd: root,
    env: { ...environment(), MARQUEE_DATA: folder, MARQUEE_PORT: String(base), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { dataDir: folder, port: base, child, exited, output: () => Buffer.concat(chunks).toString() }
}

export const makeDataDir = (kind = 'system') => mkdtemp(join(tmpdir(), `marquee-${kind}-`))

/** Removes the data that interrupted runs left; those of runs that live, or just begin, stay. */
export async function removeAbandoned(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith('marquee-system-'))
  for (const dataDir of names.map((name) => join(tmpdir(), name))) {
    if (!existsSync(join(dataDir, 'processes.json'))) continue
    if (await reapAbandoned(dataDir)) await rm(dataDir, { recursive: true, force: true })
  }
}

export async function readRunFile(dataDir: string): Promise<RunningPlatform['run'] | undefined> {
  const text = await readFile(join(dataDir, 'run.json'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : JSON.parse(text)
}

// What npm and an outer test run say about themselves is not for the platform that is tested.
function environment(): Record<string, string | undefined> {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|MARQUEE_(DATA|PORT|SEED)|JEST_|NODE_ENV$|NODE_OPTIONS$)/.test(name),
  )
  return { ...Object.fromEntries(own), MARQUEE_SEED_SIZE: 'xs', MARQUEE_STOP_WITH_PARENT: '1' }
}
