import type { Registry } from 'prom-client'
import type { Kafka } from './handle.js'
import type { ReceivedEvent } from './message.js'
import type { Log } from './waiting.js'

export interface Context {
  /** Aborts when the consumer stops or loses the partition; an effect under way may finish. */
  signal: AbortSignal
  /** Tells that so many events had been applied before. */
  duplicate(count?: number): void
}

export interface ConsumerOptions {
  kafka: Kafka
  group: string
  topics: readonly string[]
  /** Up to 100 events of one partition, in their order and of every type. If they fail together they are tried one by one. */
  batch: (events: ReceivedEvent[], context: Context) => Promise<void>
  /** A store that cannot be asked: the partition is held and the event tried again until it can. */
  isOutage: (error: unknown) => boolean
  log: Log
  registry: Registry
  sessionTimeoutMs?: number
  /** Behind for so long without progress: the client is rebuilt. */
  stuckAfterMs?: number
}
