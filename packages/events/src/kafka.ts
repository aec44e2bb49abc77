import kafkajs, {
  type Admin,
  Kafka as Client,
  type Consumer,
  type EachBatchPayload,
  type IHeaders,
  logLevel,
  Partitioners,
} from 'kafkajs'
import { readReplication } from './config.js'
import type {
  Batch,
  Kafka,
  KafkaOptions,
  OutMessage,
  Position,
  Reader,
  Sender,
  TopicDifferences,
} from './handle.js'
import { differences, type WantedTopic, wantedTopics } from './topics.js'
import { pause, withDeadline } from './waiting.js'

/*
 * The only file that knows the client, because the client has no maintainer and will be changed. Its traps stay in here: calls
 * that hang through an outage get deadlines, consumers that crash never restart themselves (we do), headers become text.
 */

const adminDeadlineMs = 8000
const closeDeadlineMs = 2000

/** A handle; it connects when something is opened, and every opening may fail and be tried again. */
export function connectKafka({ brokers, clientId, log, topicPrefix = '' }: KafkaOptions): Kafka {
  const client = new Client({
    clientId,
    brokers,
    connectionTimeout: 2000,
    requestTimeout: 8000,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) =>
      log.debug({ kafka: entry.log.message, group: entry.log.groupId }, 'kafka client'),
    retry: { initialRetryTime: 200, maxRetryTime: 2000, retries: 4 },
  })
  const replication = readReplication()
  const physical = (topic: string) => topicPrefix + topic
  const logical = (topic: string) => topic.slice(topicPrefix.length)
  const admin = adminConnection(client)
  return {
    clientId,
    log,
    openSender: () => openSender(client, physical),
    openReader: (options) =>
      openReader(client, { ...options, group: physical(options.group) }, physical, logical),
    positions: (group, names) =>
      admin.use(async (connected) => {
        const all = await positions(connected, physical(group), names.map(physical))
        return all.map((one) => ({ ...one, topic: logical(one.topic) }))
      }),
    ensure: (names) =>
      admin.use(async (connected) => {
        const wanted = names.flatMap((name) => wantedTopics(name, physical, replication))
        const differing = await ensure(connected, wanted)
        return {
          differs: differing.flatMap(({ differs }) => differs),
          topics: differing.map(({ topic, differs }) => ({ topic: logical(topic), differs })),
        }
      }),
    close: () => admin.close(),
  }
}

/** One connection for questions, made when needed and thrown away when it fails. */
function adminConnection(client: Client) {
  let current: Promise<Admin> | undefined
  let closed = false
  const open = async () => {
    const admin = client.admin()
    await withDeadline(admin.connect(), adminDeadlineMs, 'Kafka did not answer')
    return admin
  }
  const drop = async () => {
    const admin = await current?.catch(() => undefined)
    current = undefined
    if (admin) await withDeadline(admin.disconnect(), closeDeadlineMs, 'not closed').catch(() => {})
  }
  return {
    async use<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
      if (closed) throw new Error('the Kafka handle is closed')
      current ??= open()
      try {
        return await withDeadline(work(await current), adminDeadlineMs, 'Kafka did not answer')
      } catch (error) {
        void drop()
        throw error
      }
    },
    close() {
      closed = true
      return drop()
    },
  }
}

async function openSender(client: Client, physical: (topic: string) => string): Promise<Sender> {
  const producer = client.producer({
    idempotent: true,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: Partitioners.DefaultPartitioner,
    retry: { initialRetryTime: 200, maxRetryTime: 1000, retries: 2 },
  })
  const close = () => withDeadline(producer.disconnect(), closeDeadlineMs, 'not closed').catch(() => {})
  try {
    await withDeadline(producer.connect(), adminDeadlineMs, 'Kafka did not answer')
  } catch (error) {
    void close()
    throw error
  }
  return {
    async send(messages) {
      const byTopic = new Map<string, OutMessage[]>()
      for (const message of messages)
        byTopic.set(message.topic, [...(byTopic.get(message.topic) ?? []), message])
      await producer.sendBatch({
        acks: -1,
        timeout: 8000,
        topicMessages: [...byTopic].map(([topic, own]) => ({ topic: physical(topic), messages: own })),
      })
    },
    close,
  }
}

async function openReader(
  client: Client,
  options: Parameters<Kafka['openReader']>[0],
  physical: (topic: string) => string,
  logical: (topic: string) => string,
): Promise<Reader> {
  const { group, sessionTimeoutMs, onBatch } = options
  const consumer = client.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.round(sessionTimeoutMs / 5),
    // Kafka may forget a join while its coordinator is loaded anew, and the client waits for the answer 5 s longer than this.
    rebalanceTimeout: 10_000,
    maxWaitTimeInMs: 500,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 200, maxRetryTime: 2000, retries: 4, restartOnFailure: async () => false },
  })
  let assigned: Set<string> | null = null
  const crashed = new Promise<Error>((resolve) => {
    consumer.on('consumer.crash', ({ payload }) => resolve(payload.error))
  })
  consumer.on('consumer.group_join', ({ payload }) => {
    assigned = partitionsOf(payload.memberAssignment, logical)
  })
  let joining: Promise<unknown> = Promise.resolve()
  const close = () => closeConsumer(consumer, joining)
  try {
    await withDeadline(consumer.connect(), adminDeadlineMs, 'Kafka did not answer')
    await withDeadline(
      consumer.subscribe({ topics: options.topics.map(physical), fromBeginning: true }),
      adminDeadlineMs,
      'Kafka did not answer',
    )
  } catch (error) {
    void close()
    throw error
  }
  joining = consumer
    .run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => onBatch(toBatch(payload, logical)),
    })
    .catch(() => {})
  return { crashed, assigned: () => assigned, close }
}

/** A consumer that is told to go while it joins its group forgets that, and would consume for ever: it is told again. */
async function closeConsumer(consumer: Consumer, joining: Promise<unknown>): Promise<void> {
  const leave = () => withDeadline(consumer.disconnect(), closeDeadlineMs, 'not closed').catch(() => {})
  await withDeadline(joining, closeDeadlineMs, 'not joined').catch(() => void joining.then(leave))
  await leave()
}

const partitionsOf = (assignment: Record<string, number[]>, logical: (topic: string) => string) =>
  new Set(
    Object.entries(assignment).flatMap(([topic, own]) =>
      own.map((partition) => `${logical(topic)}/${partition}`),
    ),
  )

function toBatch(payload: EachBatchPayload, logical: (topic: string) => string): Batch {
  const { topic, partition, messages } = payload.batch
  return {
    messages: messages.map((message) => ({
      topic: logical(topic),
      partition,
      offset: message.offset,
      key: message.key?.toString() ?? null,
      rawKey: message.key,
      value: message.value,
      headers: textHeaders(message.headers),
    })),
    heartbeat: () => payload.heartbeat(),
    async commit(last) {
      payload.resolveOffset(last.offset)
      await payload.commitOffsetsIfNecessary(payload.uncommittedOffsets())
    },
    isRunning: () => payload.isRunning() && !payload.isStale(),
  }
}

export const textHeaders = (headers: IHeaders = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value ?? '')]))

async function positions(admin: Admin, groupId: string, names: string[]): Promise<Position[]> {
  const committed = await admin.fetchOffsets({ groupId, topics: names })
  const all = await Promise.all(
    committed.map(async ({ topic, partitions }) => {
      const ends = await admin.fetchTopicOffsets(topic)
      return ends.map(({ partition, high, low }) => {
        const own = Number(partitions.find((one) => one.partition === partition)?.offset ?? -1)
        return { topic, partition, behind: Math.max(0, Number(high) - Math.max(own, Number(low))) }
      })
    }),
  )
  return all.flat()
}

async function ensure(admin: Admin, wanted: WantedTopic[]): Promise<TopicDifferences[]> {
  const existing = new Set(await admin.listTopics())
  await admin.createTopics({
    // Waiting for leaders fails while the broker has not heard of the topic yet: we wait below.
    waitForLeaders: false,
    topics: wanted
      .filter(({ topic }) => !existing.has(topic))
      .map(({ topic, partitions, replication = -1, config }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: replication,
        configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
      })),
  })
  const names = wanted.map(({ topic }) => topic)
  const { topics } = await onceHosted(async () => {
    const found = await admin.fetchTopicMetadata({ topics: names })
    for (const name of names) await admin.fetchTopicOffsets(name)
    return found
  })
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: wanted.map(({ topic, config }) => ({
      // A name that Node does not find among the exports of a CommonJS module.
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: topic,
      configNames: Object.keys(config),
    })),
  })
  const found = topics.map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.length,
    replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
    config: Object.fromEntries(
      resources
        .filter(({ resourceName }) => resourceName === name)
        .flatMap(({ configEntries }) => configEntries.map((entry) => [entry.configName, entry.configValue])),
    ),
  }))
  return wanted.map((one) => ({ topic: one.topic, differs: differences([one], found) }))
}

/** A topic that was just made is not known to its broker at once, nor is a leader to a client that has just come. */
export async function onceHosted<T>(ask: () => Promise<T>): Promise<T> {
  const early = ['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask()
    } catch (error) {
      if (attempt === 30 || !early.includes(String((error as { type?: string }).type))) throw error
      await pause(100)
    }
  }
}

/**
 * Makes topics of contracts' table and their dead-letter topics; of those that exist it tells what differs and changes nothing.
 * @throws when Kafka does not answer in time, or a name is not in the table
 */
export const ensureTopics = (kafka: Kafka, names: string[]): ReturnType<Kafka['ensure']> =>
  kafka.ensure(names)
