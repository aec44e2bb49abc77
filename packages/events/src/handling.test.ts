import { describe, expect, it } from '@jest/globals'
import { Registry } from 'prom-client'
import { v7 as uuidv7 } from 'uuid'
import type { InMessage, OutMessage } from './handle.js'
import { createHandling } from './handling.js'
import { toMessage } from './message.js'
import { consumerMetrics } from './metrics.js'
import { deleted, silent } from './testing/world.js'

const bytes = (text: string | Buffer | null) => Buffer.from(String(text))
const place = (n: number) => ({ topic: 'content', partition: 3, offset: String(n) })

function good(n: number): InMessage {
  const { key, value, headers } = toMessage(deleted(uuidv7(), n))
  return { ...place(n), key: String(key), rawKey: bytes(key), value: bytes(value), headers }
}
const poison = (n: number, size = 10): InMessage => ({ ...good(n), value: Buffer.alloc(size, 'x') })

/** What a consumer does with a chunk; `refuse` says how often the broker does not confirm. */
function handling({ refuse = 0, batch = async () => {} } = {}) {
  const sends: OutMessage[][] = []
  let left = refuse
  const send = async (messages: OutMessage[]) => {
    if (left-- > 0) throw new Error('not confirmed')
    sends.push(messages)
  }
  const options = { kafka: {} as never, group: 'test', topics: ['content'], batch, log: silent }
  const registry = new Registry()
  const handle = createHandling(
    { ...options, registry, isOutage: () => false },
    consumerMetrics(registry),
    send,
  )
  const offsets = () => sends.map((own) => own.map(({ headers }) => Number(headers.dead_offset)))
  return { handle, sends, offsets }
}

describe('what a consumer does with a chunk', () => {
  it('is done when the broker has confirmed its dead letters, and not before', async () => {
    const { handle, offsets } = handling({ refuse: 2 })
    const done = await handle([good(0), poison(1), good(2)], new AbortController().signal)
    expect([done?.offset, offsets()]).toEqual(['2', [[1]]])
  })

  it('goes as far as the first letter that is not confirmed, when it must stop', async () => {
    const stop = new AbortController()
    const { handle, sends } = handling({ refuse: 1000 })
    setTimeout(() => stop.abort(), 50)
    const done = await handle([good(0), good(1), poison(2), good(3), poison(4)], stop.signal)
    expect([done?.offset, sends]).toEqual(['1', []])
    const first = await handle([poison(0), good(1)], AbortSignal.abort())
    expect(first).toBeUndefined()
  })

  it('puts all its letters into one send, in their order, whether unread or refused by the store', async () => {
    const messages = [poison(0), good(1), poison(2), good(3), poison(4)]
    const { handle, offsets } = handling({
      batch: async () => {
        throw new Error('the store refuses')
      },
    })
    const done = await handle(messages, new AbortController().signal)
    expect([done?.offset, offsets()]).toEqual(['4', [[0, 1, 2, 3, 4]]])
  })

  it('sends no more at once than a batch may hold, and what is larger alone', async () => {
    const sizes = [400_000, 400_000, 400_000, 1_000_000, 10]
    const { handle, offsets } = handling()
    await handle(
      sizes.map((size, n) => poison(n, size)),
      new AbortController().signal,
    )
    expect(offsets()).toEqual([[0, 1], [2], [3], [4]])
  })
})
