import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from '@marquee/contracts'
import { exitCodes, OpsError } from '../problem.js'
import { writeAtomically } from './write-atomically.js'

const pid = z.number().int().positive()

/** What a running platform tells scripts and the other commands. It is there while everything was ready once. */
export const RunFile = z.object({
  api: z.url(),
  apiDocs: z.url(),
  tokens: z.record(z.enum(['viewer', 'viewer2', 'editor', 'data', 'admin']), z.string()),
  demo: z.object({ userId: z.string(), contentId: z.string(), episodeId: z.string() }),
  engines: z.object({
    catalog: z.string(),
    analytics: z.string(),
    /** As the read-only `analyst`. */
    replica: z.string(),
    reviews: z.string(),
    cache: z.string(),
    counters: z.string(),
    kafka: z.array(z.string()),
  }),
  /** Addresses for our own commands, where the one above is for people. */
  owners: z.object({ replica: z.string() }),
  /** Those that run now. */
  processes: z.record(z.string(), pid),
  supervisor: pid,
  /** Where every instance of each app listens. */
  instances: z.record(
    z.enum(['gateway', 'catalog', 'trending', 'user-history', 'reviews']),
    z.array(z.url()),
  ),
  catalogKind: z.enum(['plain', 'citus']),
  logs: z.string(),
  startedAt: z.iso.datetime(),
  /** All that should run, in starting order. */
  states: z.array(
    z.object({
      name: z.string(),
      kind: z.enum(['engine', 'app']),
      port: z.number(),
      state: z.string(),
      restarts: z.number().int(),
      since: z.iso.datetime(),
    }),
  ),
})
export type RunFile = z.infer<typeof RunFile>

const pathOf = (dataDir: string) => join(dataDir, 'run.json')

/** Writes follow each other; a burst of changes becomes one or two. `close` waits for the last and removes the file. */
export function createRunFile(dataDir: string, snapshot: () => RunFile) {
  let tail = Promise.resolve()
  let queued = false
  let closed = false
  const write = async () => {
    queued = false
    if (!closed) await writeAtomically(pathOf(dataDir), `${JSON.stringify(snapshot(), null, 2)}\n`, 0o600)
  }
  return {
    update(): Promise<void> {
      if (!queued) {
        queued = true
        tail = tail.then(write)
      }
      return tail
    },
    async close(): Promise<void> {
      closed = true
      await tail
      await removeRunFile(dataDir)
    },
  }
}

export const removeRunFile = (dataDir: string) => rm(pathOf(dataDir), { force: true })

/** Resolves to undefined when there is none. Says nothing about whether its supervisor still lives. */
export async function readRunFile(dataDir: string): Promise<RunFile | undefined> {
  const text = await readFile(pathOf(dataDir), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const parsed = RunFile.safeParse(JSON.parse(text))
  if (parsed.success) return parsed.data
  throw new OpsError(`${pathOf(dataDir)} was written by another version of Marquee.`, {
    advice: 'Stop that one, then run npm start again.',
    exitCode: exitCodes.failed,
  })
}
