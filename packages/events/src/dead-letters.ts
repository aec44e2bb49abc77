import { deadLetterRetentionMs } from '@marquee/contracts'
import type { OutMessage } from './handle.js'
import { refOf, type StoredMessage, type WantedState } from './operator.js'

/** What a dead letter says of itself, without its body. */
export interface DeadLetter {
  /** Where the message was: topic/partition/offset. Of one that never was in its topic: where the letter is. */
  ref: string
  /** Where the message belongs; null when the letter does not say. */
  topic: string | null
  /** Where the letter is. */
  place: string
  id: string | null
  type: string | null
  subject: string | null
  /** Which consumer buried it; null when a relay did. */
  group: string | null
  error: string
  attempts: number
  /** When it was buried, RFC 3339. */
  time: string
  /** The earlier of its own time and its burial, ms since 1970: nobody has seen it before. */
  oldestMs: number
}

const mark = 'dead_'

export function deadLetterOf(letter: StoredMessage): DeadLetter {
  const { headers, writtenMs } = letter
  const { dead_topic: topic, dead_partition: partition, dead_offset: offset } = headers
  const buriedMs = Date.parse(headers.dead_time ?? '')
  const time = Number.isNaN(buriedMs) ? writtenMs : buriedMs
  const own = Date.parse(headers.ce_time ?? '')
  return {
    ref:
      topic && partition && offset ? refOf({ topic, partition: Number(partition), offset }) : refOf(letter),
    topic: topic || null,
    place: refOf(letter),
    id: headers.ce_id || null,
    type: headers.ce_type || null,
    subject: headers.ce_subject || null,
    group: headers.dead_group || null,
    error: headers.dead_error ?? '',
    attempts: Number(headers.dead_attempts ?? 0),
    time: new Date(time).toISOString(),
    oldestMs: Number.isNaN(own) ? time : Math.min(own, time),
  }
}

/** The message as it was before it was buried. Undefined when the letter does not say where it belongs. */
export function revived(letter: StoredMessage): OutMessage | undefined {
  const topic = letter.headers.dead_topic
  if (!topic) return undefined
  const headers = Object.entries(letter.headers).filter(([name]) => !name.startsWith(mark))
  return { topic, key: letter.rawKey, value: letter.value, headers: Object.fromEntries(headers) }
}

/** What an operator decided about dead letters, by their ref; the last word counts. Longer there than any letter. */
export const decisionsTopic: WantedState = {
  topic: 'dead-letters.decisions',
  partitions: 1,
  config: {
    'cleanup.policy': 'compact,delete',
    'retention.ms': String(deadLetterRetentionMs + 30 * 86_400_000),
  },
}

export interface Decision {
  ref: string
  state: 'replayed' | 'dropped'
  /** RFC 3339. */
  time: string
}

export const toDecisionMessage = (decision: Decision): OutMessage => ({
  topic: decisionsTopic.topic,
  key: decision.ref,
  value: JSON.stringify(decision),
  headers: { 'content-type': 'application/json' },
})

/** Undefined for what is none. */
export function decisionOf({ value }: Pick<StoredMessage, 'value'>): Decision | undefined {
  try {
    const { ref, state, time } = JSON.parse(value?.toString() ?? '') as Partial<Decision>
    return typeof ref === 'string' &&
      (state === 'replayed' || state === 'dropped') &&
      typeof time === 'string'
      ? { ref, state, time }
      : undefined
  } catch {
    return undefined
  }
}
