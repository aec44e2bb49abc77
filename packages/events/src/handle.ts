import type { Log } from './waiting.js'

/* What the rest of the package knows of Kafka; kafka.ts makes it. Topics are named as in contracts, without a prefix. */

export interface OutMessage {
  topic: string
  key: string | Buffer | null
  value: string | Buffer | null
  headers: Record<string, string>
}
export interface InMessage {
  topic: string
  partition: number
  offset: string
  key: string | null
  rawKey: Buffer | null
  value: Buffer | null
  headers: Record<string, string>
}
export interface Batch {
  messages: InMessage[]
  heartbeat(): Promise<void>
  /** Everything up to and with this message is done. */
  commit(last: InMessage): Promise<void>
  isRunning(): boolean
}
/** Idempotent, all acks, one request in flight. */
export interface Sender {
  send(messages: OutMessage[]): Promise<void>
  close(): Promise<void>
}
export interface Reader {
  /** Resolves when it has crashed for good. */
  crashed: Promise<Error>
  /** Partitions that are ours now, as `topic/partition`; null before the group was joined. */
  assigned(): Set<string> | null
  close(): Promise<void>
}
export interface Position {
  topic: string
  partition: number
  /** Messages that the group has not done yet. */
  behind: number
}
export interface TopicDifferences {
  topic: string
  /** In words; empty when it is as the table says. */
  differs: string[]
}
export interface Kafka {
  readonly clientId: string
  readonly log: Log
  openSender(): Promise<Sender>
  openReader(options: {
    group: string
    topics: readonly string[]
    sessionTimeoutMs: number
    onBatch: (batch: Batch) => Promise<void>
  }): Promise<Reader>
  positions(group: string, topics: readonly string[]): Promise<Position[]>
  /** `differs`: all differences in words; `topics`: the same by topic, those that are as wanted too. */
  ensure(names: string[]): Promise<{ differs: string[]; topics: TopicDifferences[] }>
  close(): Promise<void>
}

export interface KafkaOptions {
  brokers: string[]
  clientId: string
  log: Log
  /** Before every topic's and group's name; for tests that share a broker. */
  topicPrefix?: string
}
