import { connect } from 'node:net'
import type { Config } from '../config.js'
import { lockHolder } from '../data-folder/lock.js'
import { type RunFile, readRunFile } from '../data-folder/run-file.js'
import { isReady } from '../platform/app-specs.js'
import { exitCodes } from '../problem.js'
import { table } from '../terminal.js'

interface Row {
  name: string
  pid: number | null
  state: string
  port: number
  restarts: number
  health: 'ok' | 'failing' | 'down'
  /** The leases that it holds; engines have none. */
  leads: string[]
}

/** Exit code: 0 all healthy, 1 something is not, 3 nothing runs. */
export async function status(config: Config, { json }: { json?: boolean }): Promise<number> {
  const holder = await lockHolder(config.dataDir)
  const run = holder && (await readRunFile(config.dataDir))
  const state = run ? 'running' : holder ? 'starting or stopping' : 'stopped'
  const processes = run ? await Promise.all(run.states.map((entry) => row(run, entry))) : []
  if (json)
    console.log(
      JSON.stringify({ state, supervisor: holder?.pid ?? null, api: run?.api ?? null, processes }, null, 2),
    )
  else print(config, state, run, processes)
  if (!run) return exitCodes.notRunning
  return processes.every(({ health }) => health === 'ok') ? exitCodes.ok : exitCodes.failed
}

async function row(
  run: RunFile,
  { name, kind, port, state, restarts }: RunFile['states'][number],
): Promise<Row> {
  const pid = run.processes[name] ?? null
  const healthy =
    pid !== null && (kind === 'app' ? await isReady(port).catch(() => false) : await accepts(port))
  const leads = healthy && kind === 'app' ? await leasesOf(port).catch(() => []) : []
  return {
    name,
    pid,
    state,
    port,
    restarts,
    health: healthy ? 'ok' : pid === null ? 'down' : 'failing',
    leads,
  }
}

/** What an app leads, by its own metrics. */
async function leasesOf(port: number): Promise<string[]> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { signal: AbortSignal.timeout(2_000) })
  const lines = (await answer.text()).matchAll(/^marquee_lease_leading\{[^}]*\blease="([^"]+)"[^}]*\} 1$/gm)
  return [...lines].map(([, lease]) => lease as string).sort()
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: 2_000 })
    const end = (answer: boolean) => () => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false))
  })
}

function print(config: Config, state: string, run: RunFile | undefined, processes: Row[]): void {
  console.log(`${state} on ${config.dataDir}${run ? `, ${run.api}, since ${run.startedAt}` : ''}`)
  if (!run) return
  const header = ['process', 'pid', 'state', 'port', 'restarts', 'health', 'leads']
  const cells = processes.map((row) =>
    [row.name, row.pid ?? '-', row.state, row.port, row.restarts, row.health, row.leads.join(', ')].map(
      String,
    ),
  )
  console.log(table([header, ...cells]))
}
