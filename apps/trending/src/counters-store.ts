import { readFileSync } from 'node:fs'
import type { Logger } from '@marquee/service-kit'
import { type ChainableCommander, Redis, type RedisOptions } from 'ioredis'
import { defaultRoot } from './keys.js'

/** Lua stays in `src`, also for the built app: the compiler copies no scripts. */
const lua = (...files: string[]) =>
  files.map((file) => readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8')).join('\n')
const guarded = (file: string) => lua('leader/guard.lua', file)
const ofBoard = (file: string) => lua('ranking/board-guard.lua', file)

const scripts = {
  countView: lua('views/view-effects.lua', 'views/count-view.lua'),
  readViews: lua('views/read-views.lua'),
  seedViews: lua('views/view-effects.lua', 'seed/seed-views.lua'),
  applyTitle: lua('titles/apply-title.lua'),
  forgetTitle: lua('titles/forget-title.lua'),
  takeLease: lua('leader/take-lease.lua'),
  releaseLease: lua('leader/release-lease.lua'),
  claimOutbox: guarded('outbox/claim-outbox.lua'),
  markOutbox: guarded('outbox/mark-outbox.lua'),
  tidyConsumers: guarded('outbox/tidy-consumers.lua'),
  takeChanged: guarded('ranking/take-changed.lua'),
  writeBoard: ofBoard('ranking/write-board.lua'),
  publishBoard: ofBoard('ranking/publish-board.lua'),
  readList: lua('ranking/read-list.lua'),
  takeSnapshot: ofBoard('ranking/take-snapshot.lua'),
  retireHours: guarded('ranking/retire-hours.lua'),
  claimStats: guarded('stats/claim-stats.lua'),
  emitStats: guarded('stats/emit-stats.lua'),
  beginRebuild: lua('rebuild/begin.lua'),
  keepRebuild: lua('rebuild/keep.lua'),
  finishRebuild: lua('rebuild/finish.lua'),
  freezeBoard: lua('rebuild/freeze.lua'),
  swapBoard: ofBoard('rebuild/swap.lua'),
}
type ScriptName = keyof typeof scripts
type Value = string | number | Buffer
/** Arrays are for many values: as arguments of their own they would overflow the stack. */
type Argument = Value | readonly Value[]

/** One connection to the counters. `run` returns text, `runBuffer` bytes; both throw what the script or the driver threw. */
export interface Counters {
  redis: Redis
  root: string
  /** Full name of a key. */
  key(name: string): string
  run(script: ScriptName, ...args: Argument[]): Promise<unknown>
  runBuffer(script: ScriptName, ...args: Argument[]): Promise<unknown>
  /** Queues a script in a pipeline. */
  queue(pipeline: ChainableCommander, script: ScriptName, ...args: Argument[]): void
  close(): void
}

/**
 * `request`: fails within 1 s and never queues, since a caller is waiting. `background`: waits a little longer, for the leader and the
 * consumers. `blocking`: for the one command that waits for new entries.
 */
export type Purpose = 'request' | 'background' | 'blocking'
const settings: Record<Purpose, RedisOptions> = {
  request: {
    commandTimeout: 1000,
    maxRetriesPerRequest: 2,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
  },
  background: { commandTimeout: 4000, maxRetriesPerRequest: 2, enableAutoPipelining: true },
  blocking: { maxRetriesPerRequest: 0, enableOfflineQueue: false },
}

export function openCounters(options: {
  url: string
  purpose: Purpose
  log: Logger
  root?: string | undefined
}): Counters {
  const { url, purpose, log, root = defaultRoot } = options
  const redis = new Redis(url, {
    ...settings[purpose],
    connectionName: `trending-${purpose}`,
    connectTimeout: 2000,
    retryStrategy: (times) => Math.min(50 * times, 500),
  })
  redis.on('error', (err: Error) => log.warn({ err, purpose }, 'counters'))
  for (const [name, text] of Object.entries(scripts))
    redis.defineCommand(name, { lua: text, numberOfKeys: 1 })
  const commands = redis as unknown as Record<string, (key: string, args: Value[]) => Promise<unknown>>
  return {
    redis,
    root,
    key: (name) => `${root}:${name}`,
    run: (script, ...args) => commands[script]!.call(redis, root, args.flat()),
    runBuffer: (script, ...args) => commands[`${script}Buffer`]!.call(redis, root, args.flat()),
    queue: (pipeline, script, ...args) =>
      void (pipeline as unknown as Record<string, (key: string, args: Value[]) => unknown>)[script]!(
        root,
        args.flat(),
      ),
    close: () => redis.disconnect(),
  }
}

/** Resolves once the first connection is ready; used at start and by commands, never by a request. */
export function connected({ redis }: Counters, timeoutMs = 10_000): Promise<void> {
  if (redis.status === 'ready') return Promise.resolve()
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the counters did not answer within ${timeoutMs} ms`)),
      timeoutMs,
    )
    redis.once('ready', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

/** What Redis says when it cannot take a command now, though the command is right. */
const refusals = /^(LOADING|BUSY|OOM|MISCONF|READONLY|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|NOREPLICAS)\b/
const driver =
  /Connection is closed|Command timed out|max retries per request|Stream isn't writeable|Socket closed|Connection is in closing/i
const network = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'NR_CLOSED',
])

/** Whether the counters are down, frozen or refusing: the command may or may not have been done. Else it is a fault of ours. */
export function isCountersOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as NodeJS.ErrnoException
  return (
    refusals.test(error.message) || driver.test(error.message) || (code !== undefined && network.has(code))
  )
}

/** A write that the lease no longer covers. */
export const isLeaseLost = (error: unknown): boolean =>
  error instanceof Error && error.message.includes('LEASE held')

/** Results of a pipeline; the first error is thrown. */
export async function executed(pipeline: ChainableCommander): Promise<unknown[]> {
  const answers = (await pipeline.exec()) ?? []
  return answers.map(([error, value]) => {
    if (error) throw error
    return value
  })
}
