import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { execa } from 'execa'
import { type Config, root } from '../../config.js'
import { withKafka } from '../../kafka.js'
import { exitCodes, OpsError } from '../../problem.js'
import { appTool } from '../app-commands.js'
import { type Figure, firstDay, isCompared, type Source } from './rules.js'
import { writeViews } from './views-on-topic.js'

/** Apps that hold what they keep against itself. */
export const apps = ['catalog', 'trending', 'user-history', 'reviews'] as const
export type App = (typeof apps)[number]

/** One thing that an app holds against another within itself. */
export interface OwnCheck {
  name: string
  compared: number
  differing: number
  examples: unknown[]
}

/** What an app printed, with at least this. */
export interface Own {
  checks: OwnCheck[]
  agrees: boolean
}

export interface Asking {
  config: Config
  /** Where figures are written, a file for each source. */
  folder: string
  /** With the id of every view. */
  ids: boolean
}

const fileOf = ({ folder }: Asking, source: Source) => join(folder, source)

/**
 * Lets a source write its figures; resolves to what it found within itself, null where it has not looked: the topic, and an app that is
 * asked again and has made sure of what it said the first time. @throws OpsError
 */
export async function ask(asking: Asking, source: Source, again: boolean): Promise<Own | null> {
  if (source !== 'content.viewed') {
    const sure = again && isSure(source)
    const own = await askApp(asking, source, sure ? ['--no-checks'] : [])
    return sure ? null : own
  }
  const { config, ids } = asking
  await withKafka(config, (kafka) =>
    writeViews(kafka, fileOf(asking, source), { since: firstDay(new Date(), 1), ids }),
  )
  return null
}

/** Apps that look several times at what differs within them. */
export const isSure = (app: App): boolean => app === 'catalog'

async function askApp(asking: Asking, app: App, more: string[]): Promise<Own> {
  const { config, ids } = asking
  const args = ['reconcile', '--json', '--figures', fileOf(asking, app), ...more]
  if (ids && app === 'trending') args.push('--ids')
  const { script, env } = await appTool(config, app, args)
  const { exitCode, stdout, stderr } = await execa(process.execPath, [script, ...args], {
    ...{ cwd: root, env, extendEnv: false, stdin: 'ignore', reject: false, maxBuffer: 64 * 1024 * 1024 },
  })
  const own = exitCode === exitCodes.ok || exitCode === exitCodes.failed ? parsed(stdout) : undefined
  if (own) return own
  throw new OpsError(
    `${app} could not reconcile (exit code ${exitCode ?? 'none'}):\n${stderr.trim() || stdout.trim()}`,
    {
      exitCode: exitCode || exitCodes.failed,
      advice: 'Is everything up? npm run ops -- status',
    },
  )
}

function parsed(stdout: string): Own | undefined {
  try {
    const own = JSON.parse(stdout) as Own
    return Array.isArray(own.checks) && typeof own.agrees === 'boolean' ? own : undefined
  } catch {
    return undefined
  }
}

/** The figures that a source wrote, of what is to be compared. */
export async function* told(asking: Asking, source: Source): AsyncGenerator<Figure> {
  const since = firstDay(new Date())
  const input = createReadStream(fileOf(asking, source))
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    const figure = JSON.parse(line) as Figure
    if (isCompared(figure, since)) yield figure
  }
}
