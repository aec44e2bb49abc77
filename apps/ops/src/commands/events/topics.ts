import { topicNames } from '@marquee/contracts'
import { decisionsTopic, differences, type TopicState, wantedTopics } from '@marquee/events'
import type { Config } from '../../config.js'
import { withKafka } from '../../kafka.js'
import { exitCodes } from '../../problem.js'
import { table } from '../../terminal.js'

const wanted = topicNames.flatMap((name) => wantedTopics(name, (topic) => topic))
/** Made by the first decision about a dead letter: until then it is not missing. */
const optional = decisionsTopic

export interface ComparedTopic extends TopicState {
  /** In words; empty where everything is as the table says. */
  differs: string[]
}

/** The typed table against what the broker has. */
export function compareTopics(found: readonly TopicState[]): ComparedTopic[] {
  const rows = [...wanted, optional].map((one) => {
    const is = found.find(({ topic }) => topic === one.topic)
    if (is) return { ...is, differs: differences([one], [is]) }
    const nothing = { partitions: 0, replication: 0, config: {}, messages: 0 }
    return { topic: one.topic, ...nothing, differs: [`${one.topic}: is not there`] }
  })
  return rows.filter(({ topic, partitions }) => topic !== optional.topic || partitions > 0)
}

/** Exit code 1 when something differs. As JSON: `{ topics: [...], differs: [words] }`. */
export async function topics(config: Config, { json }: { json?: boolean }): Promise<number> {
  const settings = [...new Set([...wanted, optional].flatMap((one) => Object.keys(one.config)))]
  const names = [...wanted, optional].map(({ topic }) => topic)
  const found = await withKafka(config, (kafka) => kafka.describe(names, settings))
  const compared = compareTopics(found)
  const differs = compared.flatMap((one) => one.differs)
  if (json) console.log(JSON.stringify({ topics: compared, differs }))
  else console.log(text(compared, differs))
  return differs.length === 0 ? exitCodes.ok : exitCodes.failed
}

function text(compared: readonly ComparedTopic[], differs: readonly string[]): string {
  const header = ['topic', 'partitions', 'copies', 'kept', 'cleanup', 'messages']
  const rows = compared.map(({ topic, partitions, replication, config, messages }) =>
    [
      topic,
      partitions,
      replication,
      kept(config['retention.ms']),
      config['cleanup.policy'] ?? '-',
      messages,
    ].map(String),
  )
  const words = differs.length === 0 ? ['All are as they should be.'] : ['What differs:', ...differs]
  return [table([header, ...rows]), ...words].join('\n')
}

const kept = (ms: string | undefined) =>
  ms === undefined ? '-' : ms === '-1' ? 'for ever' : `${Math.round(Number(ms) / 86_400_000)} days`
