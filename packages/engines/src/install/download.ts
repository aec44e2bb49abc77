import { stripVTControlCharacters } from 'node:util'
import { execa } from 'execa'
import type { Machine } from '../config.js'
import { EngineError } from '../errors.js'
import type { Report } from '../supervise/process-spec.js'

interface Download {
  subject: string
  step: string
  file: string
  args: string[]
  env: Record<string, string>
  cwd: string
  /** 0 to 1. */
  fraction(): Promise<number>
}

/** Runs a package manager, telling how far it is. Throws EngineError with the end of what it said. */
export async function download(machine: Machine, report: Report, options: Download): Promise<void> {
  const { subject, step, file, args } = options
  report({ subject, step, fraction: 0 })
  const ticker = setInterval(() => {
    options.fraction().then(
      (fraction) => report({ subject, step, fraction: Math.min(fraction, 0.99) }),
      () => undefined,
    )
  }, 500)
  try {
    const result = await execa(file, args, {
      cwd: options.cwd,
      env: { ...machine.env, ...options.env },
      all: true,
      reject: false,
    })
    if (!result.failed) return report({ subject, step, fraction: 1 })
    throw new EngineError(
      `${step} failed (is the network there?):\n    ${gist(result.all || result.shortMessage)}`,
    )
  } finally {
    clearInterval(ticker)
  }
}

/** The lines that the package manager itself calls errors, else its last ones. */
function gist(output = 'it said nothing'): string {
  const lines = stripVTControlCharacters(output).trim().split('\n')
  const errors = lines.filter((line) => /error\W+\w/i.test(line))
  const telling = errors.length > 0 ? errors.slice(0, 3) : lines.slice(-4)
  return telling.map((line) => line.slice(0, 400)).join('\n    ')
}
