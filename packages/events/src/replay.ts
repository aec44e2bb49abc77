import { randomUUID } from 'node:crypto'
import type { EventType } from '@marquee/contracts'
import type { Batch, InMessage, Kafka } from './handle.js'
import { parseMessage, type ReceivedEvent } from './message.js'
import { pause } from './waiting.js'

export interface ReplayOptions {
  kafka: Kafka
  topics: string[]
  types: EventType[]
  /** Gets the events of one partition in their order; some come twice when the group is balanced anew. */
  onEvents(events: ReceivedEvent[]): Promise<void>
}

export interface Replay {
  /**
   * Resolves when everything that the topics held at the moment of the call was handed over; answers how many messages that is.
   * @throws when Kafka does not answer, or what `onEvents` threw
   */
  upToNow(): Promise<number>
  close(): Promise<void>
}

const chunkSize = 1000
const sessionTimeoutMs = 10_000

/**
 * Reads topics from their beginning, beside their consumers: with a group of its own, which commits nothing and so leaves nothing
 * behind. What cannot be read is passed over; putting it to the dead letters is for those who consume.
 */
export async function openReplay({ kafka, topics, types, onEvents }: ReplayOptions): Promise<Replay> {
  const group = `replay-${randomUUID()}`
  const seen = new Map<string, { first: number; last: number }>()
  let failure: unknown

  async function onBatch(batch: Batch): Promise<void> {
    for (let start = 0; start < batch.messages.length && batch.isRunning(); start += chunkSize) {
      const chunk = batch.messages.slice(start, start + chunkSize)
      await onEvents(chunk.flatMap((message) => read(message, types))).catch((error: unknown) => {
        failure = error
        throw error
      })
      note(seen, chunk)
      await batch.heartbeat()
    }
  }
  const reader = await kafka.openReader({ group, topics, sessionTimeoutMs, onBatch })
  reader.crashed.then(
    (error) => {
      failure ??= error
    },
    () => {},
  )

  return {
    async upToNow() {
      const positions = await kafka.positions(group, topics)
      const waitingFor = positions.filter(({ behind }) => behind > 0)
      const handed = ({ topic, partition, behind }: (typeof positions)[number]) => {
        const own = seen.get(`${topic}/${partition}`)
        return own !== undefined && own.last - own.first + 1 >= behind
      }
      while (!waitingFor.every(handed)) {
        if (failure) throw failure
        await pause(20)
      }
      return positions.reduce((sum, { behind }) => sum + behind, 0)
    },
    close: () => reader.close(),
  }
}

function read(message: InMessage, types: EventType[]): ReceivedEvent[] {
  const parsed = parseMessage(message, (type) => types.includes(type))
  return parsed.kind === 'event' ? [parsed.event] : []
}

function note(seen: Map<string, { first: number; last: number }>, chunk: InMessage[]): void {
  for (const { topic, partition, offset } of chunk) {
    const place = `${topic}/${partition}`
    const own = seen.get(place) ?? { first: Number(offset), last: Number(offset) }
    own.last = Math.max(own.last, Number(offset))
    seen.set(place, own)
  }
}
