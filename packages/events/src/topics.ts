import { deadLetterRetentionMs, deadTopic, type TopicName, topics } from '@marquee/contracts'
import { readReplication } from './config.js'

export interface WantedTopic {
  topic: string
  partitions: number
  /** Copies of each partition; the broker's default where it is left out. */
  replication?: number
  config: Record<string, string>
}

/** A topic and its dead letters, which are longer (they carry headers of their own) and kept longer. */
export function wantedTopics(
  name: string,
  physical: (topic: string) => string,
  replication = readReplication(),
): WantedTopic[] {
  const spec = topics[name as TopicName]
  if (!spec) throw new Error(`contracts know no topic ${name}`)
  const common = {
    'cleanup.policy': 'delete',
    // By the broker's clock: it refuses what a writer dates more than an hour ahead.
    'message.timestamp.type': 'LogAppendTime',
    // "All acks" of one copy would be no more than one.
    ...(replication > 1 && { 'min.insync.replicas': String(replication - 1) }),
  }
  return [
    {
      topic: physical(name),
      partitions: spec.partitions,
      replication,
      config: { ...common, 'retention.ms': String(spec.retentionMs) },
    },
    {
      topic: physical(deadTopic(name)),
      partitions: 1,
      replication,
      config: { ...common, 'retention.ms': String(deadLetterRetentionMs), 'max.message.bytes': '2097152' },
    },
  ]
}

/** One line for every setting that is not as wanted. */
export const differences = (wanted: WantedTopic[], found: WantedTopic[]): string[] =>
  wanted.flatMap(({ topic, partitions, replication, config }) => {
    const is = found.find((one) => one.topic === topic)
    const counts =
      is?.partitions === partitions ? [] : [`${topic}: ${is?.partitions} partitions, not ${partitions}`]
    const copies =
      replication === undefined || is?.replication === replication
        ? []
        : [`${topic}: ${is?.replication} copies, not ${replication}`]
    const settings = Object.entries(config)
      .filter(([name, value]) => is?.config[name] !== value)
      .map(([name, value]) => `${topic}: ${name} is ${is?.config[name]}, not ${value}`)
    return [...counts, ...copies, ...settings]
  })
