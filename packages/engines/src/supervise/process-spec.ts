/** How far a longer work is: `subject` is an engine or a download, `fraction` (0 to 1) is given where it is known. */
export interface Progress {
  subject: string
  step: string
  fraction?: number
}
export type Report = (progress: Progress) => void

/** A process to own, engine or app alike. */
export interface ProcessSpec {
  /** Unique; the name in `run.json`, logs and messages. */
  name: string
  kind: 'engine' | 'app'
  /** Runs before the first start only, not before a restart: install, initialise, migrate. Throwing fails the start. */
  prepare?(report: Report): Promise<void>
  /** Ends what a killed predecessor left; runs before every start, also a restart, and after a stop. */
  clearLeftovers?(): Promise<void>
  command: {
    file: string
    args: string[]
    cwd?: string
    /** The whole environment of the process; nothing is inherited when it is given. */
    env?: Record<string, string>
  }
  /** Checked to be free before the start; `portVariable` is named in the message when it is taken. */
  port: number
  /** More ports it listens on, checked in the same way. */
  extraPorts?: number[]
  /** The environment variable that moves the port. */
  portVariable?: string
  /** Asked every 50 ms or so until true; a rejection counts as false. */
  ready(): Promise<boolean>
  readyTimeoutMs: number
  /** It answers, though what it stands on may not: then one that was started again is left to run when it is not ready in time. */
  serves?(): Promise<boolean>
  stopSignal: NodeJS.Signals
  /** After this long the process group is killed. */
  stopTimeoutMs: number
  logFile: string
  /** Runs each time the process became ready, before anything that depends on it starts. Must be safe to run twice. */
  afterReady?(): Promise<void>
  /** Names of processes that must be ready first. */
  dependsOn: string[]
}

export type ProcessState =
  | 'preparing'
  | 'starting'
  | 'ready'
  | 'restarting'
  | 'stopping'
  | 'stopped'
  | 'failed'

export interface ProcessChange {
  name: string
  /** Of the process that runs now, null while there is none. */
  pid: number | null
  state: ProcessState
  /** Why it restarts or failed, for people. */
  reason?: string
}

/** The part of a logger the supervisor needs; pino fits. */
export interface SupervisorLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface SupervisorOptions {
  /** `processes.json` is kept here, from which the next start reaps what a killed supervisor left. */
  dataDir: string
  log?: SupervisorLog
  onChange?(change: ProcessChange): void
  report?: Report
}

export interface Supervisor {
  /**
   * Starts the named processes and what they depend on, or all; those that run already are left alone. Reaps what the last
   * run left first. Rejects with one message for people (StartError), after stopping everything that was started.
   */
  start(names?: string[]): Promise<void>
  /** Stops everything, dependents first, each by its signal and then by SIGKILL. Safe to call at any time and twice. */
  stop(): Promise<void>
  /** The processes that run now. */
  pids(): Record<string, number>
  states(): Record<string, ProcessState>
}
