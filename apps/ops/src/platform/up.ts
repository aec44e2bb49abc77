import { mkdir } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Config } from '../config.js'
import { takeLock } from '../data-folder/lock.js'
import { removeRunFile } from '../data-folder/run-file.js'
import { exitCodes, OpsError } from '../problem.js'
import { createTerminal, type Terminal } from '../terminal.js'
import { alreadyRuns } from './already-runs.js'
import { announce } from './announce.js'
import { openOpsLog } from './ops-log.js'
import { createPlatform, type Platform } from './platform.js'
import { listenForStops, type StopReason } from './stop-requests.js'

export interface UpOptions {
  /** The process that must not be outlived, when there is one. */
  parent?: number | undefined
  /** Called when everything is up; what it resolves to is called before the stop. */
  whileUp?(platform: Platform, terminal: Terminal): Promise<() => void>
}

/** Runs the platform in the foreground until it is asked to stop; resolves to the exit code. */
export async function up(config: Config, { parent, whileUp }: UpOptions = {}): Promise<number> {
  const terminal = createTerminal(process.stdout, config.color)
  const stop = listen(terminal, parent)
  const lock = await claim(config)
  const log = openOpsLog(config.dataDir)
  const guard = (error: unknown) => {
    log.warn({ error: String(error), stack: (error as Error)?.stack }, 'unexpected')
    terminal.warn(`The supervisor met something unexpected: ${(error as Error)?.message ?? error}`)
    stop.now('SIGTERM', exitCodes.failed)
  }
  process.on('uncaughtException', guard).on('unhandledRejection', guard)
  try {
    return await run({ config, terminal, stop, log, whileUp })
  } finally {
    await lock.release()
    log.close()
  }
}

interface Run {
  config: Config
  terminal: Terminal
  stop: ReturnType<typeof listen>
  log: ReturnType<typeof openOpsLog>
  whileUp: UpOptions['whileUp']
}

async function run({ config, terminal, stop, log, whileUp }: Run): Promise<number> {
  await removeRunFile(config.dataDir)
  const creating = createPlatform({ config, terminal, log, signal: stop.signal })
  const platform = await Promise.race([creating, stop.requested])
  if (!('start' in platform)) return platform.exitCode
  stop.whenForced(() => platform.kill())

  const started = platform.start()
  try {
    const outcome = await Promise.race([started, stop.requested])
    if ('api' in outcome) {
      announce(terminal, outcome, join(config.dataDir, 'run.json'))
      const end = await whileUp?.(platform, terminal)
      await stop.requested
      end?.()
    } else started.catch(() => {})
  } finally {
    await platform.stop()
  }
  const { exitCode } = await stop.requested
  terminal.line(`Stopped. The data stays in ${relative(process.cwd(), config.dataDir) || '.'}.`)
  return exitCode
}

async function claim({ dataDir, port }: Config) {
  const lock = await openDataFolder(dataDir).catch((cause: NodeJS.ErrnoException) => {
    throw new OpsError(`The data folder cannot be written: ${dataDir} (${cause.code ?? cause.message}).`, {
      cause,
      advice: 'Make it writable, or name another one: MARQUEE_DATA=/some/folder npm start',
    })
  })
  if ('release' in lock) return lock
  throw alreadyRuns({ dataDir, port }, lock.heldBy)
}

async function openDataFolder(dataDir: string) {
  await mkdir(join(dataDir, 'logs'), { recursive: true })
  return takeLock(dataDir)
}

// One switch for every way to be asked to stop: the first request decides the exit code.
function listen(terminal: Terminal, parent: number | undefined) {
  const abort = new AbortController()
  let settle: (outcome: { exitCode: number }) => void
  const requested = new Promise<{ exitCode: number }>((resolve) => {
    settle = resolve
  })
  let force = () => {}
  const now = (reason: StopReason, exitCode: number = exitCodes.ok) => {
    if (abort.signal.aborted) return
    terminal.line()
    terminal.line(`Stopping (${reason === 'SIGINT' ? 'Ctrl-C; once more to kill' : reason}) ...`)
    abort.abort()
    settle({ exitCode })
  }
  const onForce = () => {
    terminal.warn('Killing what is left. The stores recover at the next start.')
    force()
    process.exit(exitCodes.forced)
  }
  listenForStops({ onStop: (reason) => now(reason), onForce }, parent)
  return {
    signal: abort.signal,
    requested,
    now,
    whenForced: (kill: () => void) => {
      force = kill
    },
  }
}
