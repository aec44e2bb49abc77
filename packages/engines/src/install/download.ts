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
    const end = (result.all || result.shortMessage || 'it said nothing')
      .trim()
      .split('\n')
      .slice(-4)
      .join('\n    ')
    throw new EngineError(`${step} failed (is the network there?):\n    ${end}`)
  } finally {
    clearInterval(ticker)
  }
}
