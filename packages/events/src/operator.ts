import type { InMessage, OutMessage } from './handle.js'

/* What an operator asks of Kafka; kafka-operator.ts makes it. Nothing here commits an offset or moves a consumer. */

export interface StoredMessage extends InMessage {
  /** When it was written, by the broker's clock; milliseconds since 1970. */
  writtenMs: number
}

/** One consumer group in one of its topics. */
export interface GroupTopic {
  group: string
  topic: string
  /** As the broker says: Stable, Empty, Dead, PreparingRebalance, CompletingRebalance. */
  state: string
  /** Processes in the group, whichever topic they read. */
  members: number
  partitions: number
  /** Partitions that a member reads. */
  assigned: number
  /** Summed over partitions: where the group goes on, where the topic ends, and what lies between. */
  committed: number
  end: number
  lag: number
}

export interface TopicState {
  topic: string
  partitions: number
  /** Copies of the partition that has the fewest. */
  replication: number
  config: Record<string, string>
  /** Messages that it holds now. */
  messages: number
}

/** A topic as it should be. */
export interface WantedState {
  topic: string
  partitions: number
  config: Record<string, string>
}

export interface ReadOptions {
  topics: readonly string[]
  /** `end`: only what is written from now on; a number: from what was written at this time (ms since 1970). */
  from: 'beginning' | 'end' | number
  /** `end`: stops behind what the topics hold at the moment of the call; `stopped`: goes on until `signal` says so. */
  until: 'end' | 'stopped'
  signal?: AbortSignal
  /** Messages of one partition in their order, each once. Reading waits for it. */
  onMessages(messages: StoredMessage[]): Promise<void> | void
  /** How many of the messages that are to be read were read. */
  onProgress?(read: number, all: number): void
}

export interface Operator {
  /** Names of the topics that are there. */
  topicNames(): Promise<string[]>
  /** Groups by name, each with its topics. @throws when Kafka does not answer in time */
  groups(wanted: Readonly<Record<string, readonly string[]>>): Promise<GroupTopic[]>
  /** Those of the named topics that are there; `configNames` are the settings to tell. */
  describe(topics: readonly string[], configNames: readonly string[]): Promise<TopicState[]>
  /** Makes topics that are missing; those that are there stay as they are. */
  make(topics: readonly WantedState[]): Promise<void>
  /** Hands over stored messages; topics that are not there hold none. @throws when Kafka does not answer, or what `onMessages` threw */
  read(options: ReadOptions): Promise<void>
  /** Resolves when the broker has confirmed all of them. */
  send(messages: OutMessage[]): Promise<void>
  close(): Promise<void>
}

/** Topic, partition and offset as one word: `content.viewed/3/120`. */
export const refOf = ({ topic, partition, offset }: { topic: string; partition: number; offset: string }) =>
  `${topic}/${partition}/${offset}`
