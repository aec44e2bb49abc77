/** Exit codes of every command; `ops --help` prints them. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** Nothing runs on this data folder. */
  notRunning: 3,
  /** Something runs on this data folder that must be stopped first. */
  running: 4,
  /** A second Ctrl-C: everything was killed instead of stopped. */
  forced: 130,
} as const

/** Something the operator can mend: printed as one message, never with a stack. `advice` says what to do. */
export class OpsError extends Error {
  readonly advice: string | undefined
  readonly exitCode: number

  constructor(message: string, options: { advice?: string; exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause })
    this.name = 'OpsError'
    this.advice = options.advice
    this.exitCode = options.exitCode ?? exitCodes.failed
  }
}
