import { Redis } from 'ioredis'
import { fill, invalidate, open } from './scripts.js'

export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** The commands that the scripts become. */
export interface Commands extends Redis {
  cacheOpenBuffer(
    entry: string,
    guard: string,
    field: string,
    token: string,
    guardMs: number,
  ): Promise<[Buffer | null, Buffer]>
  cacheFill(
    entry: string,
    guard: string,
    field: string,
    token: string,
    value: Buffer,
    ttlMs: number,
  ): Promise<number>
  cacheInvalidate(keyCount: number, ...keysAndArgs: (string | number)[]): Promise<number>
}

// So many commands in a row that failed, and the cache counts as down; a ping every so often finds out when it is back.
const failuresToOpen = 3
const probeEveryMs = 500
const answerWithinMs = 900
const notAsked = Promise.resolve(undefined)

export interface Connection {
  redis: Commands
  /** Asks the cache. Undefined: it is down, or failed just now; never throws. */
  ask<T>(command: (redis: Commands) => Promise<T>): Promise<T | undefined>
  isDown(): boolean
  /** Called each time the cache answers again after it was down. */
  onBack(listener: () => void): void
  close(): Promise<void>
}

/**
 * Settings of the request path: an answer within a second or none, nothing queued for later. After a few failures the breaker
 * opens, so that a frozen cache costs each process about a second once, not every read.
 */
export function connect(url: string, log: Log): Connection {
  const redis = new Redis(url, {
    maxRetriesPerRequest: 2,
    commandTimeout: answerWithinMs,
    connectTimeout: 2000,
    disconnectTimeout: 500,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    // A resent invalidation would bring an old token back.
    autoResendUnfulfilledCommands: false,
    retryStrategy: (attempt: number) => Math.min(100 * attempt, 1000),
    scripts: {
      cacheOpen: { lua: open, numberOfKeys: 2 },
      cacheFill: { lua: fill, numberOfKeys: 2 },
      cacheInvalidate: { lua: invalidate },
    },
  }) as Commands
  const listeners: (() => void)[] = []
  let failures = 0
  let probe: NodeJS.Timeout | undefined
  let closed = false

  const back = () => {
    failures = 0
    if (probe === undefined) return
    clearInterval(probe)
    probe = undefined
    log.info({}, 'cache is back')
    for (const listener of listeners) listener()
  }
  const failed = (error: unknown) => {
    failures += 1
    if (failures < failuresToOpen || probe !== undefined || closed) return
    log.warn({ err: error }, 'cache is down, reading from the stores')
    probe = setInterval(() => void redis.ping().then(back, () => {}), probeEveryMs)
    probe.unref()
  }
  const succeeded = () => {
    failures = 0
  }
  redis.on('error', () => {})
  redis.on('close', () => failed(new Error('connection closed')))

  return {
    redis,
    isDown: () => probe !== undefined,
    ask: (command) => (probe === undefined ? settled(command(redis), succeeded, failed) : notAsked),
    onBack: (listener) => void listeners.push(listener),
    async close() {
      closed = true
      clearInterval(probe)
      // A frozen server would never answer QUIT.
      if (redis.status === 'ready') await redis.quit().catch(() => {})
      redis.disconnect()
    },
  }
}

/** A deadline of our own: a command that waits behind a stuck automatic pipeline starts its commandTimeout only after that. */
function settled<T>(
  answer: Promise<T>,
  succeeded: () => void,
  failed: (error: unknown) => void,
): Promise<T | undefined> {
  return new Promise((resolve) => {
    const giveUp = (error: unknown) => {
      clearTimeout(timer)
      failed(error)
      resolve(undefined)
    }
    const timer = setTimeout(giveUp, answerWithinMs, new Error('no answer in time'))
    answer.then((value) => {
      clearTimeout(timer)
      succeeded()
      resolve(value)
    }, giveUp)
  })
}
