import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../../dist/cli.js', import.meta.url))

export interface Running {
  child: ChildProcess
  /** Its end: exit code (null when killed), and what it printed. */
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>
}

/** The catalogue's command line as a process of its own, as an operator runs it. */
export function runCli(args: string[], databaseUrl: string, env: Record<string, string> = {}): Running {
  if (!existsSync(cli)) throw new Error(`${cli} is missing: build first (pnpm build)`)
  const child = spawn(process.execPath, [cli, ...args], {
    env: { DATABASE_URL: databaseUrl, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    printed.stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    printed.stderr += chunk
  })
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...printed }))
  return { child, ended }
}
