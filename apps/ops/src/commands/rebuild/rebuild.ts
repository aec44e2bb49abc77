import type { Config } from '../../config.js'
import type { AppName } from '../../platform/app-specs.js'
import { runCaptured } from '../../platform/run-tool.js'
import { exitCodes, OpsError } from '../../problem.js'
import { appTool, runAppCommand } from '../app-commands.js'

/** Who makes what anew. */
const owners = {
  trending: ['trending'],
  ratings: ['reviews'],
  analytics: ['user-history'],
  titles: ['user-history', 'reviews', 'trending'],
  projections: ['catalog'],
} as const satisfies Record<string, readonly AppName[]>

export const rebuildable = Object.keys(owners) as (keyof typeof owners)[]
type Rebuildable = (typeof rebuildable)[number]

export interface RebuildOptions {
  dryRun?: boolean
  json?: boolean
}

/** What an owner prints as JSON, with at least this. */
interface Rebuilt {
  built: number
  differing: number
  swapped: boolean
}

/** Runs the owners' command, one after the other; resolves to the first exit code that is not 0, once all have run. */
export async function rebuild(
  config: Config,
  what: Rebuildable,
  { dryRun, json }: RebuildOptions,
): Promise<number> {
  const args = ['rebuild', what, ...(dryRun ? ['--dry-run'] : []), ...(json ? ['--json'] : [])]
  const all: readonly AppName[] = owners[what]
  if (json && all.length > 1) return await rebuildAll(config, what, all, args)
  let code: number = exitCodes.ok
  for (const app of all) {
    if (all.length > 1) console.log(`== ${app}`)
    code ||= await runAppCommand(config, app, args)
  }
  return code
}

/** As JSON: the sums, and what each app printed under its name. */
async function rebuildAll(
  config: Config,
  what: Rebuildable,
  all: readonly AppName[],
  args: string[],
): Promise<number> {
  const began = performance.now()
  const apps: Record<string, Rebuilt> = {}
  let code: number = exitCodes.ok
  for (const app of all) {
    const { exitCode, stdout } = await runCaptured(await appTool(config, app, args))
    apps[app] = printed(app, stdout, exitCode)
    code ||= exitCode
  }
  const found = Object.values(apps)
  const total = {
    what,
    built: found.reduce((sum, { built }) => sum + built, 0),
    differing: found.reduce((sum, { differing }) => sum + differing, 0),
    swapped: found.every(({ swapped }) => swapped),
    ms: Math.round(performance.now() - began),
    apps,
  }
  console.log(JSON.stringify(total))
  return code
}

function printed(app: string, stdout: string, exitCode: number): Rebuilt {
  try {
    return JSON.parse(stdout) as Rebuilt
  } catch (cause) {
    throw new OpsError(`${app} could not rebuild; what it says is above.`, {
      cause,
      exitCode: exitCode || exitCodes.failed,
    })
  }
}

export const rebuildHelp = `
  trending     the lists of trending, from the hour buckets in Redis: seconds; readers keep the old lists until the swap
  ratings      the figures of every title, from its reviews in MongoDB: a title with new reviews waits for its own figures alone
  analytics    the days that the topic of views still holds, from its beginning; older days are carried over: minutes for millions
  titles       the copies of titles and episodes in user-history, reviews and trending, asked of the catalogue page by page
  projections  content_listing and episode_listing, from the shards: twice their room on disk meanwhile; edits wait for the swap
               (a tenth of a second), readers do not

Each builds beside what is live, compares, and takes its place in one step while the platform works. A killed one leaves the old
in place, and the next begins anew; of two at once, one is refused. --dry-run compares only, and exits with 1 when something
differs. With --json: { what, built, differing, swapped, ms }.

Exit codes: those of the app that does the work; 3 nothing runs on the data folder.`
