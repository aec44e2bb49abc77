import { setTimeout as delay } from 'node:timers/promises'
import { type Logger, type StoreClock, storeClock } from '@marquee/service-kit'
import mongoose, { type ClientSession, type Connection } from 'mongoose'
import { type Models, makeModels } from './models-store.js'

// A value that came from outside never becomes an operator: our own operators are marked as `trusted`.
mongoose.set('sanitizeFilter', true)

/** A session inside a transaction; every statement that belongs to it names it. */
export type Tx = ClientSession

export interface Database extends Models {
  connection: Connection
  /** The server's: clocks of instances differ. */
  clock: StoreClock
  /** Resolves when the primary answers. */
  ping(): Promise<void>
  /** Resolves when the first connection is there; which may be long after the start. */
  connected: Promise<void>
  close(): Promise<void>
}

/**
 * `request`: somebody waits for it. `background`: relay, lease and consumers, whose change stream holds one connection. `command`: the
 * command line, with batches of thousands of documents.
 */
export type Purpose = 'request' | 'background' | 'command'

const pools: Record<Purpose, number> = { request: 16, background: 6, command: 4 }

/** What is known only after majority and journal is what we answer; the driver's own defaults would wait for minutes. */
const settings = (purpose: Purpose, timeoutMs: number): mongoose.ConnectOptions => ({
  appName: `reviews-${purpose}`,
  maxPoolSize: pools[purpose],
  readConcern: { level: 'majority' },
  readPreference: 'primary',
  writeConcern: { w: 'majority', journal: true },
  // The driver repeats a failed statement once: two of these are the whole wait.
  socketTimeoutMS: Math.round(timeoutMs / 2),
  waitQueueTimeoutMS: Math.round(timeoutMs / 2),
  serverSelectionTimeoutMS: Math.min(2000, timeoutMs),
  connectTimeoutMS: 2000,
  heartbeatFrequencyMS: 2000,
  // An operation before the first connection fails at once, and does not wait in a queue.
  bufferCommands: false,
  autoIndex: false,
  autoCreate: false,
})

/** Opens MongoDB in the background, and goes on trying until it is there. Later losses are the driver's to heal. */
export function openDatabase(options: {
  url: string
  purpose: Purpose
  /** How long a statement may take, its repetition included. */
  timeoutMs: number
  log: Logger
}): Database {
  const { url, purpose, timeoutMs, log } = options
  const connection = mongoose.createConnection()
  connection.on('error', (err: Error) => log.warn({ err, purpose }, 'MongoDB'))
  const closing = new AbortController()
  const { signal } = closing

  async function connect() {
    while (!signal.aborted) {
      try {
        await connection.openUri(url, settings(purpose, timeoutMs))
        return
      } catch (err) {
        log.warn({ err, purpose }, 'MongoDB does not answer; trying again')
        await delay(500, undefined, { signal }).catch(() => undefined)
      }
    }
  }
  const connected = connect()
  return {
    connection,
    ...makeModels(connection),
    clock: storeClock(async () => {
      const { localTime } = await requireConnected(connection).command({ hello: 1 })
      return (localTime as Date).getTime()
    }),
    connected,
    async ping() {
      await requireConnected(connection).command({ ping: 1 })
    },
    async close() {
      closing.abort()
      await connected
      await connection.close()
    },
  }
}

/** What mongoose itself says of a statement before the first connection; a session would be a TypeError. */
export function requireConnected({ db }: Connection) {
  if (db) return db
  throw new mongoose.MongooseError('MongoDB was not asked before initial connection is complete')
}

/** Resolves when the first connection is there, rejects after `timeoutMs`. */
export async function reached(database: Database, timeoutMs: number): Promise<void> {
  const late = delay(timeoutMs, 'late', { ref: false })
  if ((await Promise.race([database.connected, late])) === 'late')
    throw new Error(`MongoDB did not answer within ${timeoutMs} ms`)
}
