import { topicNames } from '@marquee/contracts'
import {
  type DeadLetter,
  type Decision,
  deadLetterOf,
  decisionOf,
  decisionsTopic,
  type Operator,
  type StoredMessage,
} from '@marquee/events'
import { readingProgress } from '../../kafka.js'
import { exitCodes, OpsError } from '../../problem.js'

/** One message that was put aside, however many letters there are of it. */
export interface Letter {
  /** Where the message was: topic/partition/offset. */
  ref: string
  topic: string | null
  id: string | null
  type: string | null
  subject: string | null
  /** Consumers that buried it. */
  groups: string[]
  /** The first one's, shortened. */
  error: string
  attempts: number
  /** When it was buried first, RFC 3339. */
  time: string
  state: 'open' | Decision['state']
  /** When that was decided, RFC 3339. */
  decidedAt: string | null
}

/** A letter with what a decision needs to know and nobody needs to see. */
export interface KeptLetter extends Letter {
  oldestMs: number
}

const errorLength = 160
const known: readonly string[] = topicNames

export const shown = ({ oldestMs: _, ...letter }: KeptLetter): Letter => letter

/** Adds a letter to those with the same ref. What is kept of each is short, so that a hundred thousand fit. */
export function gather(kept: Map<string, KeptLetter>, message: StoredMessage): void {
  const letter = deadLetterOf(message)
  const before = kept.get(letter.ref)
  if (!before) kept.set(letter.ref, first(letter))
  else {
    if (letter.group && !before.groups.includes(letter.group)) before.groups.push(one(letter.group))
    before.attempts = Math.max(before.attempts, letter.attempts)
    before.oldestMs = Math.min(before.oldestMs, letter.oldestMs)
    if (letter.time < before.time) before.time = letter.time
  }
}

function first({ place: _, topic, type, group, error, ...letter }: DeadLetter): KeptLetter {
  return {
    ...letter,
    topic: topic && one(topic),
    type: type && one(type),
    groups: group ? [one(group)] : [],
    error: one(shortened(error)),
    ...{ state: 'open', decidedAt: null },
  }
}

// A part of a text keeps the whole in memory, until it is made anew.
const shortened = (text: string) =>
  text.length > errorLength ? Buffer.from(`${text.slice(0, errorLength)}...`).toString() : text

const texts = new Map<string, string>()

/** The same text as one in memory: thousands of letters share a few types and errors. */
function one(text: string): string {
  const known = texts.get(text)
  if (known !== undefined) return known
  if (texts.size < 10_000) texts.set(text, text)
  return text
}

/** The last decision about each ref. */
export async function readDecisions(kafka: Operator): Promise<Map<string, Decision>> {
  const decisions = new Map<string, Decision>()
  await kafka.read({
    topics: [decisionsTopic.topic],
    from: 'beginning',
    until: 'end',
    onMessages: (messages) => {
      for (const message of messages) {
        const decision = decisionOf(message)
        if (decision) decisions.set(decision.ref, decision)
      }
    },
  })
  return decisions
}

/** Every dead letter of these topics (all when left out) by its ref, with what was decided about it. */
export async function readLetters(
  kafka: Operator,
  { topics = known }: { topics?: readonly string[] } = {},
): Promise<Map<string, KeptLetter>> {
  const kept = new Map<string, KeptLetter>()
  await readDead(kafka, topics, (messages) => {
    for (const message of messages) gather(kept, message)
  })
  for (const { ref, state, time } of (await readDecisions(kafka)).values()) {
    const letter = kept.get(ref)
    if (letter) Object.assign(letter, { state, decidedAt: time })
  }
  return kept
}

/** Hands over every stored dead letter of these topics, with progress on a terminal. */
export async function readDead(
  kafka: Operator,
  topics: readonly string[],
  onMessages: (messages: StoredMessage[]) => Promise<void> | void,
): Promise<void> {
  const progress = readingProgress('dead letters')
  try {
    await kafka.read({
      topics: topics.map((topic) => `${topic}.dead`),
      from: 'beginning',
      until: 'end',
      onMessages,
      onProgress: progress.onProgress,
    })
  } finally {
    progress.end()
  }
}

/** The topic whose dead letters hold this ref. @throws OpsError when it is none */
export function topicOfRef(ref: string): string {
  const [, name] = /^(.+)\/\d+\/\d+$/.exec(ref) ?? []
  const topic = name?.replace(/\.dead$/, '')
  if (topic !== undefined && known.includes(topic)) return topic
  throw new OpsError(`${ref} is not the place of a message.`, {
    advice: `A place is topic/partition/offset, like content.viewed/3/120. Topics: ${known.join(', ')}`,
    exitCode: exitCodes.usage,
  })
}

/** The topics that a command is about. @throws OpsError for a name that is none */
export function onlyTopic(topic: string | undefined): readonly string[] {
  if (topic === undefined) return known
  if (known.includes(topic)) return [topic]
  throw new OpsError(`There is no topic ${topic}.`, {
    advice: `There are: ${known.join(', ')}`,
    exitCode: exitCodes.usage,
  })
}
