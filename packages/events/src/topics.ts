import { deadLetterRetentionMs, deadTopic, type TopicName, topics } from '@marquee/contracts'

export interface WantedTopic {
  topic: string
  partitions: number
  config: Record<string, string>
}

/** A topic and its dead letters, which are longer (they carry headers of their own) and kept longer. */
export function wantedTopics(name: string, physical: (topic: string) => string): WantedTopic[] {
  const spec = topics[name as TopicName]
  if (!spec) throw new Error(`contracts know no topic ${name}`)
  const common = { 'cleanup.policy': 'delete' }
  return [
    {
      topic: physical(name),
      partitions: spec.partitions,
      config: { ...common, 'retention.ms': String(spec.retentionMs) },
    },
    {
      topic: physical(deadTopic(name)),
      partitions: 1,
      config: { ...common, 'retention.ms': String(deadLetterRetentionMs), 'max.message.bytes': '2097152' },
    },
  ]
}

/** One line for every setting that is not as wanted. */
export const differences = (wanted: WantedTopic[], found: WantedTopic[]): string[] =>
  wanted.flatMap(({ topic, partitions, config }) => {
    const is = found.find((one) => one.topic === topic)
    const counts =
      is?.partitions === partitions ? [] : [`${topic}: ${is?.partitions} partitions, not ${partitions}`]
    const settings = Object.entries(config)
      .filter(([name, value]) => is?.config[name] !== value)
      .map(([name, value]) => `${topic}: ${name} is ${is?.config[name]}, not ${value}`)
    return [...counts, ...settings]
  })
