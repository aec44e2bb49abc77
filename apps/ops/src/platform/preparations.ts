import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Config } from '../config.js'
import { writeAtomically } from '../data-folder/write-atomically.js'
import type { Terminal } from '../terminal.js'
import { type AppName, appNames, storesOf } from './app-specs.js'
import { type SeededApp, schemaSteps, seedArguments, seededApps } from './app-steps.js'
import type { StepOptions } from './run-tool.js'

/** Runs a command of an app to its end; rejects when it fails. */
export type Run = (app: AppName, args: string[], options: StepOptions) => Promise<void>

interface Parts {
  config: Pick<Config, 'dataDir' | 'seedSize'>
  terminal: Pick<Terminal, 'working' | 'warn'>
  run: Run
  signal: AbortSignal
  /** Those of ours: a store that runs elsewhere is not waited for. */
  engineProcesses: readonly string[]
}

export interface Preparations {
  /** Begins with the schemas of the apps whose stores are all ready: most of a start is spent waiting for Kafka and for titles. */
  engineReady(name: string): void
  /**
   * Before an app's first start: its schema is brought up to date at every start, its data are seeded once per data folder. Its other
   * instances wait for the same work.
   */
  prepare(app: AppName): Promise<void>
  /** Ends what runs. */
  end(): Promise<void>
}

/** What the apps' own commands do before the apps start. */
export function createPreparations({
  config,
  terminal,
  run,
  signal: stop,
  engineProcesses,
}: Parts): Preparations {
  const ending = new AbortController()
  const signal = AbortSignal.any([stop, ending.signal])
  const ready = new Set<string>()
  const schemas = new Map<AppName, Promise<void>>()
  const prepared = new Map<AppName, Promise<void>>()
  const seeds = seedLedger(config.dataDir)

  async function step(app: AppName, title: string, args: readonly string[]): Promise<void> {
    if (signal.aborted) return
    terminal.working(app, title)
    const onLine = (line: string) => line.trim() && terminal.working(app, line.trim())
    await run(app, [...args], { title: `${app}: ${title}`, signal, onLine })
  }
  const schemaOf = (app: AppName): Promise<void> => {
    const begun = schemas.get(app) ?? bringUpToDate(app)
    schemas.set(app, begun)
    return begun
  }
  async function bringUpToDate(app: AppName): Promise<void> {
    for (const { args, optional } of schemaSteps[app]) {
      const done = step(app, args.join(' '), args)
      await (optional ? done.catch((error: Error) => terminal.warn(error.message)) : done)
    }
  }
  async function seedOnce(app: SeededApp): Promise<void> {
    const size = config.seedSize
    if (size === 'none' || (await seeds.has(app))) return
    await step(app, `seeding (size ${size})`, seedArguments(app, size))
    // Marked only after a whole seed: seeds are repeatable, so an interrupted one is simply run again.
    if (!signal.aborted) await seeds.add(app, size)
  }
  async function prepareOnce(app: AppName): Promise<void> {
    await schemaOf(app)
    const seeded = seededApps.find((name) => name === app)
    if (seeded) await seedOnce(seeded)
  }
  return {
    engineReady(name) {
      ready.add(name)
      for (const app of appNames) {
        const local = storesOf[app].filter((store) => engineProcesses.includes(store))
        // What fails here is told when the app's turn comes.
        if (local.includes(name) && local.every((store) => ready.has(store))) schemaOf(app).catch(() => {})
      }
    },
    prepare(app) {
      const begun = prepared.get(app) ?? prepareOnce(app)
      prepared.set(app, begun)
      return begun
    },
    async end() {
      ending.abort()
      await Promise.allSettled(schemas.values())
    },
  }
}

/** `seeded.json`: which apps have their seed, and of which size. Apps seed side by side; their marks are written in turn. */
function seedLedger(dataDir: string) {
  const file = join(dataDir, 'seeded.json')
  let marks: Promise<Record<string, string>> | undefined
  let tail: Promise<unknown> = Promise.resolve()
  const read = () => {
    marks ??= readFile(file, 'utf8').then(JSON.parse, () => ({}))
    return marks
  }
  return {
    has: async (app: string) => app in (await read()),
    async add(app: string, size: string): Promise<void> {
      const all = await read()
      all[app] = size
      tail = tail.then(() => writeAtomically(file, `${JSON.stringify(all)}\n`, 0o644))
      await tail
    },
  }
}
