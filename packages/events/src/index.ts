export type { EventRecord, NewEvent } from '@marquee/contracts'
export { type EventConsumer, startConsumer } from './consumer.js'
export type { ConsumerOptions, Context } from './consumer-options.js'
export {
  type DeadLetter,
  type Decision,
  deadLetterOf,
  decisionOf,
  decisionsTopic,
  revived,
  toDecisionMessage,
} from './dead-letters.js'
export { droppedStates } from './dropped-states.js'
export type { Kafka, KafkaOptions } from './handle.js'
export { connectKafka, ensureTopics } from './kafka.js'
export { connectOperator } from './kafka-operator.js'
export { parseMessage, type ReceivedEvent, toMessage } from './message.js'
export { createMessages, type MessagesOptions } from './messages.js'
export {
  type GroupTopic,
  type Operator,
  type ReadOptions,
  refOf,
  type StoredMessage,
  type TopicState,
} from './operator.js'
export { type Outbox, type Relay, type RelayOptions, startRelay } from './relay.js'
export { openReplay, type Replay, type ReplayOptions } from './replay.js'
export { differences, type WantedTopic, wantedTopics } from './topics.js'
