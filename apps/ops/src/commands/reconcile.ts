import type { Config } from '../config.js'
import { runCaptured, runHere } from '../platform/run-tool.js'
import { exitCodes, OpsError } from '../problem.js'
import { appTool } from './app-commands.js'

/** Apps that can hold what they keep against itself and against each other. */
const reconciledApps = ['trending', 'user-history', 'reviews'] as const

/**
 * Runs the reconciliation of every app. Exit code: 0 all agree, 1 one differs; another one when an app could not tell.
 * As JSON: `{ agrees, apps: { <name>: what it printed } }`.
 */
export async function reconcile(config: Config, { json }: { json?: boolean }): Promise<number> {
  const apps: Record<string, unknown> = {}
  const codes: number[] = []
  for (const app of reconciledApps) {
    const tool = await appTool(config, app, json ? ['reconcile', '--json'] : ['reconcile'])
    if (!json) {
      console.log(`== ${app}`)
      codes.push(await runHere(tool))
      continue
    }
    const { exitCode, stdout } = await runCaptured(tool)
    codes.push(exitCode)
    apps[app] = parse(app, stdout)
  }
  const agrees = codes.every((code) => code === exitCodes.ok)
  if (json) console.log(JSON.stringify({ agrees, apps }))
  return Math.max(...codes)
}

function parse(app: string, stdout: string): unknown {
  try {
    return JSON.parse(stdout)
  } catch (cause) {
    throw new OpsError(`${app} could not reconcile; what it says is above.`, { cause })
  }
}
