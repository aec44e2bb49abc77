import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { StartError } from '../errors.js'
import { sendSignal, startTimeOf, waitUntil } from './process-table.js'

interface Recorded {
  pid: number
  /** See startTimeOf: with the pid it names one process for ever. */
  startTime: string
  stopSignal?: NodeJS.Signals
}

interface Ledger {
  supervisor: Recorded
  processes: Record<string, Recorded>
}

const fileOf = (dataDir: string) => path.join(dataDir, 'processes.json')

function read(dataDir: string): Ledger | null {
  try {
    return JSON.parse(readFileSync(fileOf(dataDir), 'utf8')) as Ledger
  } catch {
    return null
  }
}

function write(dataDir: string, ledger: Ledger): void {
  const file = fileOf(dataDir)
  writeFileSync(`${file}.new`, `${JSON.stringify(ledger, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

const isAlive = (recorded: Recorded) => startTimeOf(recorded.pid) === recorded.startTime

/**
 * Ends what a killed supervisor left running on this data folder, then takes the folder over.
 * Throws StartError when its supervisor lives.
 */
export async function openLedger(dataDir: string, onReap: (name: string, pid: number) => void) {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const previous = read(dataDir)
  if (previous) await reap(previous, dataDir, onReap)

  const supervisor = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '' }
  const ledger: Ledger = { supervisor, processes: {} }
  write(dataDir, ledger)
  return {
    /** Written at once and synchronously: a supervisor killed in the next instant must have told. */
    record(name: string, process: Recorded): void {
      ledger.processes[name] = process
      write(dataDir, ledger)
    },
    forget(name: string): void {
      delete ledger.processes[name]
      write(dataDir, ledger)
    },
  }
}

/**
 * Ends what a killed supervisor left on a data folder that nobody uses any more, and says true; false when its
 * supervisor lives.
 */
export async function reapAbandoned(dataDir: string): Promise<boolean> {
  const previous = read(dataDir)
  if (!previous) return true
  if (isAlive(previous.supervisor)) return false
  await endAll(previous, () => undefined)
  return true
}

async function reap(previous: Ledger, dataDir: string, onReap: (name: string, pid: number) => void) {
  const { supervisor } = previous
  if (supervisor.pid !== process.pid && isAlive(supervisor)) {
    throw new StartError(
      `${dataDir} is in use: process ${supervisor.pid} runs Marquee on it.\n` +
        'Stop that one first (npm run ops -- down), or choose another folder with MARQUEE_DATA.',
    )
  }
  await endAll(previous, onReap)
}

async function endAll({ processes }: Ledger, onReap: (name: string, pid: number) => void): Promise<void> {
  await Promise.all(
    Object.entries(processes).map(async ([name, recorded]) => {
      if (!isAlive(recorded)) return
      onReap(name, recorded.pid)
      await endProcess(recorded)
    }),
  )
}

async function endProcess(recorded: Recorded): Promise<void> {
  const gone = async () => !isAlive(recorded)
  sendSignal(recorded.pid, recorded.stopSignal ?? 'SIGTERM')
  if (await waitUntil(gone, 8_000)) return
  sendSignal(-recorded.pid, 'SIGKILL')
  await waitUntil(gone, 5_000)
}
