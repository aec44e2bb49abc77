import type { Kafka, OutMessage, Sender } from './handle.js'
import { withDeadline } from './waiting.js'

// An idempotent send can hang through a whole outage, and after one its sequence numbers may not fit: then a new producer.
const sendDeadlineMs = 15_000

/** A sender that is opened when needed and rebuilt after each failure. One call at a time. */
export function steadySender(kafka: Kafka) {
  let current: Promise<Sender> | undefined
  let open: Sender | undefined
  const forget = () => {
    const broken = current
    current = undefined
    open = undefined
    return broken
  }
  return {
    /** Resolves when the broker has confirmed all of them. @throws when it has not: they may be there or not. */
    async send(messages: OutMessage[]): Promise<void> {
      current ??= kafka.openSender()
      try {
        const sending = current.then((sender) => {
          open = sender
          return sender.send(messages)
        })
        await withDeadline(sending, sendDeadlineMs, 'Kafka did not confirm')
      } catch (error) {
        void forget()
          ?.then((sender) => sender.close())
          .catch(() => {})
        throw error
      }
    },
    /** One that is still being opened is closed later, unheard. */
    async close(): Promise<void> {
      const last = open
      const opening = forget()
      if (last) await last.close()
      else void opening?.then((sender) => sender.close()).catch(() => {})
    },
  }
}
