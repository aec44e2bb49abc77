import { inboxRetentionMs, topicNames } from '@marquee/contracts'
import { decisionsTopic, type Operator, toDecisionMessage } from '@marquee/events'
import { exitCodes, OpsError } from '../../problem.js'
import { type KeptLetter, onlyTopic, readLetters, topicOfRef } from './letters.js'

export interface Choice {
  all?: boolean
  topic?: string
  /** Also what was replayed or dropped before. */
  again?: boolean
}
export interface Refused {
  ref: string
  /** In words. */
  reason: string
}

const known: readonly string[] = topicNames
const day = 86_400_000

/** @throws OpsError unless either letters are named or all are meant */
export function checkChoice(refs: readonly string[], { all = false, topic }: Choice, command: string): void {
  if (refs.length > 0 === all)
    throw new OpsError(`${command} takes either the places of messages or --all.`, {
      advice: `One: npm run ops -- dead-letters ${command} content.viewed/3/120\nAll: npm run ops -- dead-letters ${command} --all [--topic t]`,
      exitCode: exitCodes.usage,
    })
  if (topic !== undefined && !all)
    throw new OpsError('--topic goes with --all: a place names its topic already.', {
      exitCode: exitCodes.usage,
    })
}

/** The letters meant, and why others among them cannot be. With `all`, what was decided before is passed over in silence. */
export async function choose(
  kafka: Operator,
  refs: readonly string[],
  { all = false, topic, again = false }: Choice,
  refusal: (letter: KeptLetter) => string | undefined,
): Promise<{ chosen: KeptLetter[]; refused: Refused[] }> {
  const topics = all ? onlyTopic(topic) : [...new Set(refs.map(topicOfRef))]
  const letters = await readLetters(kafka, { topics })
  const open = (letter: KeptLetter) => again || letter.state === 'open'
  const wanted = all ? [...letters.values()].filter(open).map(({ ref }) => ref) : [...new Set(refs)]
  const chosen: KeptLetter[] = []
  const refused: Refused[] = []
  for (const ref of wanted) {
    const letter = letters.get(ref)
    const reason = letter
      ? open(letter)
        ? refusal(letter)
        : `was ${letter.state} already at ${letter.decidedAt}; --again does it nevertheless`
      : 'there is no such dead letter'
    if (letter && reason === undefined) chosen.push(letter)
    else refused.push({ ref, reason: reason! })
  }
  return { chosen, refused }
}

/**
 * Why a message must not go back into its topic; undefined when it may. Consumers that had it know so for as long as their inbox
 * remembers: what is older would be counted again.
 */
export function replayRefusal({ topic, oldestMs }: KeptLetter, now = Date.now()): string | undefined {
  if (topic === null) return 'does not say which topic it is of'
  if (!known.includes(topic)) return `is of ${topic}, which is no topic of ours`
  if (now - oldestMs < inboxRetentionMs) return undefined
  const time = new Date(oldestMs).toISOString()
  return `is of ${time}: consumers remember ${inboxRetentionMs / day} days, it could be counted twice`
}

const decisionsPerSend = 1000

/** Remembers what was decided about these. */
export async function remember(
  kafka: Operator,
  refs: readonly string[],
  state: 'replayed' | 'dropped',
): Promise<void> {
  const time = new Date().toISOString()
  for (let start = 0; start < refs.length; start += decisionsPerSend)
    await kafka.send(
      refs.slice(start, start + decisionsPerSend).map((ref) => toDecisionMessage({ ref, state, time })),
    )
}

export const prepareDecisions = (kafka: Operator): Promise<void> => kafka.make([decisionsTopic])

/** The reasons, the first of many. */
export const refusedLines = (refused: readonly Refused[]): string[] => [
  ...refused.slice(0, 20).map(({ ref, reason }) => `${ref} ${reason}`),
  ...(refused.length > 20 ? [`... and ${refused.length - 20} more`] : []),
]
