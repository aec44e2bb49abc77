import { type ChildProcess, execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

export interface Ended {
  /** Null when it was killed. */
  code: number | null
  stdout: string
  stderr: string
}

/** The app's command line as a process of its own, as an operator runs it. */
export function runCli(args: string[], env: Record<string, string>) {
  if (!existsSync(cli)) throw new Error(`${cli} is missing: build first (pnpm build)`)
  let child!: ChildProcess
  const ended = new Promise<Ended>((resolve) => {
    child = execFile(process.execPath, [cli, ...args], { env }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode, stdout, stderr }),
    )
  })
  return { child, ended }
}
