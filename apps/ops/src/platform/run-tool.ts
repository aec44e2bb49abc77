import { execa } from 'execa'
import { root } from '../config.js'
import { OpsError } from '../problem.js'

export interface Tool {
  /** Path of a compiled `cli.js` in the repository. */
  script: string
  args: string[]
  env: Record<string, string>
}

/** Runs an app's own command line with ours: same terminal, its exit code. */
export async function runHere({ script, args, env }: Tool): Promise<number> {
  const { exitCode } = await execa(process.execPath, [script, ...args], {
    cwd: root,
    env,
    extendEnv: false,
    stdio: 'inherit',
    reject: false,
  })
  return exitCode ?? 1
}

/** The same, with what it prints kept; what it complains of still reaches our terminal. */
export async function runCaptured({
  script,
  args,
  env,
}: Tool): Promise<{ exitCode: number; stdout: string }> {
  const { exitCode, stdout } = await execa(process.execPath, [script, ...args], {
    cwd: root,
    env,
    extendEnv: false,
    stdio: ['ignore', 'pipe', 'inherit'],
    reject: false,
  })
  return { exitCode: exitCode ?? 1, stdout }
}

export interface StepOptions {
  title: string
  onLine(line: string): void
  signal: AbortSignal
}

/**
 * Runs it as one step of ours: `onLine` gets what it prints. Ends it when `signal` fires.
 * @throws OpsError with the end of its output when it fails.
 */
export async function runAsStep(tool: Tool, { title, onLine, signal }: StepOptions): Promise<void> {
  const child = execa(process.execPath, [tool.script, ...tool.args], {
    cwd: root,
    env: tool.env,
    extendEnv: false,
    all: true,
    stdin: 'ignore',
    reject: false,
    cancelSignal: signal,
    maxBuffer: 1_000_000,
  })
  for await (const line of child.iterable({ from: 'all' })) onLine(line)
  const { failed, exitCode, all } = await child
  if (!failed || signal.aborted) return
  const end = all
    .split('\n')
    .slice(-12)
    .map((line) => `  ${line}`)
  throw new OpsError([`${title} failed (exit code ${exitCode}).`, ...end].join('\n'))
}
