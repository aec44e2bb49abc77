import { type ChildProcess, spawn } from 'node:child_process'
import { StartError } from '../errors.js'
import { openLog, tail } from './log-file.js'
import type { ProcessSpec } from './process-spec.js'
import { sendSignal, startTimeOf, waitUntil } from './process-table.js'

export interface RunningProcess {
  /** 0 when it could not be run; `exited` tells why. */
  pid: number
  startTime: string
  /** Resolves, with the reason for people, when the process is gone. */
  exited: Promise<string>
  hasExited(): boolean
}

/**
 * Its own session and process group: a terminal's Ctrl-C must reach the supervisor alone, which stops the others in order.
 * Apps get an IPC channel, whose end tells them that the supervisor died.
 */
export function spawnProcess(spec: ProcessSpec): RunningProcess {
  const log = openLog(spec.logFile)
  let child: ChildProcess
  try {
    child = spawn(spec.command.file, spec.command.args, {
      cwd: spec.command.cwd,
      env: spec.command.env,
      detached: true,
      stdio: ['ignore', log.fd, log.fd, ...(spec.kind === 'app' ? (['ipc'] as const) : [])],
    })
  } finally {
    log.close()
  }
  let gone = false
  const exited = new Promise<string>((resolve) => {
    const end = (reason: string) => {
      gone = true
      resolve(reason)
    }
    child.once('error', (error) => end(`it could not be run: ${error.message}`))
    child.once('exit', (code, signal) =>
      end(signal ? `it was killed by ${signal}` : `it ended with code ${code}`),
    )
  })
  const pid = child.pid ?? 0
  return { pid, startTime: startTimeOf(pid) ?? 'gone', exited, hasExited: () => gone }
}

/** Throws StartError, with the end of its log, when the process dies or does not get ready in time. */
export async function waitUntilReady(
  spec: ProcessSpec,
  running: RunningProcess,
  again: boolean,
): Promise<void> {
  const isReady = () => spec.ready().catch(() => false)
  const settled = await waitUntil(async () => running.hasExited() || (await isReady()), spec.readyTimeoutMs)
  if (settled && !running.hasExited()) return
  if (again && !running.hasExited() && (await spec.serves?.().catch(() => false))) return
  const reason = running.hasExited()
    ? await running.exited
    : `it was not ready within ${spec.readyTimeoutMs / 1000} s`
  const lines = (await tail(spec.logFile)).replace(/^/gm, '  ')
  throw new StartError(`${spec.name} did not start: ${reason}. The end of ${spec.logFile}:\n${lines}`)
}

/** By its signal, then by SIGKILL; what it left in its process group goes too. */
export async function stopProcess(spec: ProcessSpec, running: RunningProcess): Promise<void> {
  if (!running.hasExited()) sendSignal(running.pid, spec.stopSignal)
  const gone = await waitUntil(async () => running.hasExited(), spec.stopTimeoutMs)
  if (gone) killGroup(running)
  else await killProcess(running)
}

async function killProcess(running: RunningProcess): Promise<void> {
  killGroup(running)
  await running.exited
}

function killGroup({ pid }: RunningProcess): void {
  if (pid === 0) return
  try {
    sendSignal(-pid, 'SIGKILL')
  } catch {
    // EPERM: the group's number belongs to another user's processes by now, so ours is gone.
  }
}
