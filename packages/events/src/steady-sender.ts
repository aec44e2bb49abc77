import type { Kafka, OutMessage, Sender } from './kafka.js'
import { withDeadline } from './waiting.js'

// An idempotent send can hang through a whole outage, and after one its sequence numbers may not fit: then a new producer.
const sendDeadlineMs = 15_000

/** A sender that is opened when needed and rebuilt after each failure. One call at a time. */
export function steadySender(kafka: Kafka) {
  let current: Promise<Sender> | undefined
  const close = async () => {
    const sender = await current?.catch(() => undefined)
    current = undefined
    await sender?.close()
  }
  return {
    /** Resolves when the broker has confirmed all of them. @throws when it has not: they may be there or not. */
    async send(messages: OutMessage[]): Promise<void> {
      current ??= kafka.openSender()
      try {
        const sending = current.then((sender) => sender.send(messages))
        await withDeadline(sending, sendDeadlineMs, 'Kafka did not confirm')
      } catch (error) {
        const broken = current
        current = undefined
        void broken?.then((sender) => sender.close()).catch(() => {})
        throw error
      }
    },
    close,
  }
}
