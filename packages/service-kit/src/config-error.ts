/** Every problem of the environment at once, one per line. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'))
    this.name = 'ConfigError'
  }
}

/** Of sysexits.h, as supervisors know it. */
const exitConfig = 78

export const exitCodeOf = (error: unknown): number => (error instanceof ConfigError ? exitConfig : 1)

/** On stderr: a wrong configuration plainly, anything else as `text`. */
export function report(error: unknown, text: unknown = error): void {
  console.error(
    error instanceof ConfigError ? `Wrong configuration:\n  ${error.problems.join('\n  ')}` : text,
  )
}
