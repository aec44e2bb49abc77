import type { Pool } from '@marquee/postgres'
import { rebuiltText } from '@marquee/service-kit'
import { Argument, Command } from 'commander'
import { type RebuildOptions, type RebuiltProjections, rebuildProjections } from './rebuild-projections.js'
import { RebuildRefused } from './session-store.js'

export interface RebuildConnections {
  pool: Pool
  listingRefreshEveryMs: number
  /** Forgets every cached answer that was made of a projection. @throws when the cache is down */
  forgetListed(): Promise<void>
  close(): Promise<void>
}

interface Options {
  dryRun: boolean
  json: boolean
}

/** `rebuild projections`: exit code 1 of a dry run when something differs, and of any run that could not be done. */
export function rebuildCommand(connect: () => Promise<RebuildConnections>): Command {
  const command: Command = new Command('rebuild')
    .description(
      'make the projections anew beside the live ones, compared and put in their place in one step',
    )
    .addArgument(new Argument('<what>').choices(['projections']))
    .option('--dry-run', 'only compare; 1 when something differs', false)
    .option('--json', 'print JSON', false)
    .action(async (_what: string, options: Options) => {
      const connections = await connect()
      try {
        await run(connections, options)
      } catch (error) {
        if (!(error instanceof RebuildRefused)) throw error
        command.error(error.message)
      } finally {
        await connections.close()
      }
    })
  return command
}

async function run(connections: RebuildConnections, { dryRun, json }: Options): Promise<void> {
  const { pool, listingRefreshEveryMs, forgetListed } = connections
  const options: RebuildOptions = { dryRun, lagMs: 2 * listingRefreshEveryMs, onProgress: showProgress }
  const found = await rebuildProjections(pool, options)
  if (process.stderr.isTTY) process.stderr.write('\n')
  console.log(json ? JSON.stringify(found) : text(found))
  if (dryRun && found.differing > 0) process.exitCode = 1
  if (!found.swapped || found.differing === 0) return
  await forgetListed().catch(() => {
    throw new RebuildRefused(
      'The projections are in place, but the cache does not answer: cached episodes may be old for half an hour.',
    )
  })
}

const showProgress = (done: number) => process.stderr.isTTY && process.stderr.write(`\r${done} titles read`)

const text = (found: RebuiltProjections): string =>
  found.swapped
    ? `${rebuiltText(found)}; edits waited ${found.lockedMs} ms, at try ${found.tries}`
    : rebuiltText(found)
