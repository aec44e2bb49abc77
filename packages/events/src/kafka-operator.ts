import { randomUUID } from 'node:crypto'
import kafkajs, { type Admin, Kafka as Client, logLevel } from 'kafkajs'
import type { KafkaOptions, Sender } from './handle.js'
import { connectKafka, onceHosted } from './kafka.js'
import { type Place, readPlaces } from './kafka-reading.js'
import type { GroupTopic, Operator, ReadOptions, TopicState, WantedState } from './operator.js'
import { withDeadline } from './waiting.js'

const answerWithinMs = 10_000
const notAnswered = 'Kafka did not answer'

/** Connects when first asked. Names are as in contracts, without the prefix. */
export function connectOperator(options: KafkaOptions): Operator {
  const { brokers, clientId, topicPrefix = '' } = options
  const physical = (name: string) => topicPrefix + name
  const logical = (name: string) => name.slice(topicPrefix.length)
  const client = new Client({
    brokers,
    clientId,
    connectionTimeout: 2000,
    requestTimeout: 8000,
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 4 },
  })
  const kafka = connectKafka(options)
  let admin: Promise<Admin> | undefined
  let sender: Promise<Sender> | undefined
  const ask = async <T>(work: (connected: Admin) => Promise<T>): Promise<T> => {
    admin ??= openAdmin(client)
    const connected = admin
    return await withDeadline(
      onceHosted(() => connected.then(work)),
      answerWithinMs,
      notAnswered,
    )
  }
  const existing = async (names: readonly string[]) => {
    const all = new Set(await ask((connected) => connected.listTopics()))
    return names.filter((name) => all.has(physical(name)))
  }

  return {
    topicNames: async () =>
      (await ask((connected) => connected.listTopics()))
        .filter((name) => name.startsWith(topicPrefix) && !name.startsWith('__'))
        .map(logical)
        .sort(),
    async groups(wanted) {
      const topics = new Set(await existing([...new Set(Object.values(wanted).flat())]))
      const rows = Object.entries(wanted).map(([group, own]) =>
        ask((connected) =>
          groupTopics(connected, physical(group), own.filter((topic) => topics.has(topic)).map(physical)),
        ),
      )
      return (await Promise.all(rows))
        .flat()
        .map((row) => ({ ...row, group: logical(row.group), topic: logical(row.topic) }))
    },
    async describe(topics, configNames) {
      const there = (await existing(topics)).map(physical)
      const found = await ask((connected) => describe(connected, there, configNames))
      return found.map((one) => ({ ...one, topic: logical(one.topic) }))
    },
    async make(topics) {
      const there = new Set(await existing(topics.map(({ topic }) => topic)))
      const missing = topics.filter(({ topic }) => !there.has(topic))
      if (missing.length > 0)
        await ask((connected) =>
          make(
            connected,
            missing.map((one) => ({ ...one, topic: physical(one.topic) })),
          ),
        )
    },
    async read(reading) {
      const there = await existing(reading.topics)
      const places = await ask((connected) => startingPlaces(connected, there.map(physical), reading.from))
      await readPlaces(client, `${clientId}-${randomUUID()}`, places, reading, logical, (groupId) =>
        ask((connected) => connected.deleteGroups([groupId])),
      )
    },
    async send(messages) {
      sender ??= kafka.openSender()
      await (await sender).send(messages)
    },
    async close() {
      const end = async () => {
        await (await sender?.catch(() => undefined))?.close()
        await (await admin?.catch(() => undefined))?.disconnect()
        await kafka.close()
      }
      await withDeadline(end(), 5000, 'not closed').catch(() => {})
    },
  }
}

async function openAdmin(client: Client): Promise<Admin> {
  const admin = client.admin()
  await withDeadline(admin.connect(), answerWithinMs, notAnswered)
  return admin
}

async function groupTopics(admin: Admin, group: string, topics: string[]): Promise<GroupTopic[]> {
  if (topics.length === 0) return []
  const [description, committed] = await Promise.all([
    admin.describeGroups([group]),
    admin.fetchOffsets({ groupId: group, topics }),
  ])
  const { state = 'Dead', members = [] } = description.groups[0] ?? {}
  const assignments = members.map(({ memberAssignment }) => assignedTo(memberAssignment))
  return await Promise.all(
    committed.map(async ({ topic, partitions }) => {
      const ends = await admin.fetchTopicOffsets(topic)
      const at = ends.map(({ partition, high, low }) => {
        const own = Number(partitions.find((one) => one.partition === partition)?.offset ?? -1)
        return { high: Number(high), own: Math.max(own, Number(low)) }
      })
      const end = at.reduce((sum, { high }) => sum + high, 0)
      const lag = at.reduce((sum, { high, own }) => sum + Math.max(0, high - own), 0)
      return {
        ...{ group, topic, state, members: members.length },
        partitions: ends.length,
        assigned: assignments.reduce((sum, own) => sum + (own[topic]?.length ?? 0), 0),
        ...{ committed: end - lag, end, lag },
      }
    }),
  )
}

/** While a group balances itself its members have nothing. */
function assignedTo(assignment: Buffer): Record<string, number[]> {
  if (assignment.length === 0) return {}
  return kafkajs.AssignerProtocol.MemberAssignment.decode(assignment)?.assignment ?? {}
}

async function describe(
  admin: Admin,
  names: string[],
  configNames: readonly string[],
): Promise<TopicState[]> {
  if (names.length === 0) return []
  const [{ topics }, { resources }, held] = await Promise.all([
    admin.fetchTopicMetadata({ topics: names }),
    admin.describeConfigs({
      includeSynonyms: false,
      resources: names.map((name) => ({
        type: kafkajs.ConfigResourceTypes.TOPIC,
        name,
        configNames: [...configNames],
      })),
    }),
    Promise.all(names.map((name) => admin.fetchTopicOffsets(name))),
  ])
  return names.map((topic, index) => {
    const partitions = topics.find(({ name }) => name === topic)?.partitions ?? []
    const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries ?? []
    return {
      topic,
      partitions: partitions.length,
      replication: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      config: Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue])),
      messages: held[index]!.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0),
    }
  })
}

async function make(admin: Admin, topics: WantedState[]): Promise<void> {
  await admin.createTopics({
    waitForLeaders: false,
    topics: topics.map(({ topic, partitions, config }) => ({
      topic,
      numPartitions: partitions,
      configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
    })),
  })
  for (const { topic } of topics) await onceHosted(() => admin.fetchTopicOffsets(topic))
}

/** Where reading begins and, for one that ends, where it ends. */
async function startingPlaces(admin: Admin, topics: string[], from: ReadOptions['from']): Promise<Place[]> {
  const all = await Promise.all(
    topics.map(async (topic) => {
      const ends = await admin.fetchTopicOffsets(topic)
      const since = typeof from === 'number' ? await admin.fetchTopicOffsetsByTimestamp(topic, from) : []
      return ends.map(({ partition, high, low }) => {
        const at = since.find((one) => one.partition === partition)?.offset
        const start = from === 'end' ? high : from === 'beginning' ? low : (at ?? low)
        return { topic, partition, next: BigInt(start), end: BigInt(high) }
      })
    }),
  )
  return all.flat()
}
