import { deadLetterOf, type Operator, revived, type StoredMessage } from '@marquee/events'
import type { Config } from '../../config.js'
import { withKafka } from '../../kafka.js'
import { exitCodes } from '../../problem.js'
import {
  type Choice,
  checkChoice,
  choose,
  prepareDecisions,
  type Refused,
  refusedLines,
  remember,
  replayRefusal,
} from './decide.js'
import { type KeptLetter, readDead } from './letters.js'

export interface ReplayOptions extends Choice {
  dryRun?: boolean
  json?: boolean
}

/**
 * Puts messages back into their topics as they were. Exit code 1 when one was refused.
 * As JSON: `{ replayed: [ref], refused: [{ ref, reason }], dryRun }`.
 */
export async function replay(config: Config, refs: string[], options: ReplayOptions): Promise<number> {
  const { dryRun = false, json } = options
  checkChoice(refs, options, 'replay')
  const { replayed, refused } = await withKafka(config, async (kafka) => {
    const { chosen, refused } = await choose(kafka, refs, options, (letter) => replayRefusal(letter))
    if (dryRun) return { replayed: chosen.map(({ ref }) => ref), refused }
    const done = await putBack(kafka, chosen)
    return { replayed: done.replayed, refused: [...refused, ...done.refused] }
  })
  const did = dryRun ? 'would be replayed' : 'replayed'
  console.log(
    json
      ? JSON.stringify({ replayed, refused, dryRun })
      : [`${replayed.length} ${did}, ${refused.length} refused.`, ...refusedLines(refused)].join('\n'),
  )
  return refused.length === 0 ? exitCodes.ok : exitCodes.failed
}

/** Bodies are read again, and sent as they come: not all of them fit into memory. */
async function putBack(kafka: Operator, chosen: readonly KeptLetter[]) {
  const left = new Set(chosen.map(({ ref }) => ref))
  const replayed: string[] = []
  const refused: Refused[] = []
  if (left.size === 0) return { replayed, refused }
  await prepareDecisions(kafka)
  const topics = [...new Set(chosen.flatMap(({ topic }) => topic ?? []))]
  await readDead(kafka, topics, async (messages) => {
    const wanted = messages.filter((message) => left.delete(deadLetterOf(message).ref))
    for (const part of portions(wanted)) {
      const failed = await sendAll(kafka, part)
      const sent = part.map((message) => deadLetterOf(message).ref).filter((ref) => !failed.has(ref))
      // First the message, then the memory of it: killed in between it is replayed twice, which has one effect.
      await remember(kafka, sent, 'replayed')
      replayed.push(...sent)
      for (const [ref, reason] of failed) refused.push({ ref, reason })
    }
  })
  for (const ref of left) refused.push({ ref, reason: 'is no longer there' })
  return { replayed, refused }
}

const bytesPerSend = 500_000

function portions(messages: StoredMessage[]): StoredMessage[][] {
  const parts: StoredMessage[][] = []
  let room = 0
  for (const message of messages) {
    const bytes = (message.value?.length ?? 0) + 1000
    if (parts.length === 0 || bytes > room) {
      parts.push([])
      room = bytesPerSend
    }
    room -= bytes
    parts.at(-1)!.push(message)
  }
  return parts
}

/** What the broker would not take, by its ref. */
async function sendAll(kafka: Operator, messages: StoredMessage[]): Promise<Map<string, string>> {
  try {
    await kafka.send(messages.flatMap((message) => revived(message) ?? []))
    return new Map()
  } catch (error) {
    const [only, ...others] = messages
    if (only && others.length === 0)
      return new Map([[deadLetterOf(only).ref, `Kafka did not take it: ${(error as Error).message}`]])
    const failed = new Map<string, string>()
    for (const message of messages)
      for (const [ref, reason] of await sendAll(kafka, [message])) failed.set(ref, reason)
    return failed
  }
}
