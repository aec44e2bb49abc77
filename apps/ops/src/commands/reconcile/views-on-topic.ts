import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Operator, parseMessage, type StoredMessage } from '@marquee/events'
import { createIdSet } from './digest.js'
import type { Figure } from './rules.js'

const topic = 'content.viewed'
const dayMs = 86_400_000
/** Views that were written before the first day by a clock that was behind. */
const marginMs = dayMs

export interface ViewsOptions {
  /** The first day of interest, YYYY-MM-DD. */
  since: string
  /** With the id of each view. */
  ids: boolean
  onProgress?(read: number, all: number): void
}

/** What the topic says of views, as the apps write what they say: each event id once, however often it was sent. */
export async function writeViews(kafka: Operator, file: string, options: ViewsOptions): Promise<void> {
  const { since, ids, onProgress } = options
  const known = createIdSet()
  const counts = new Map<string, number>()
  const out = createWriteStream(file)
  const line = (figure: string, key: string, value: string) =>
    `${JSON.stringify({ figure, key, value } satisfies Figure)}\n`
  const count = (message: StoredMessage): string => {
    const view = viewOf(message)
    if (!view || view.day < since || !known.add(view.id)) return ''
    const key = `${view.contentId} ${view.day}`
    counts.set(key, (counts.get(key) ?? 0) + 1)
    return ids ? line('view ids', view.id, '') : ''
  }
  await kafka.read({
    topics: [topic],
    from: Date.parse(since) - marginMs,
    until: 'end',
    ...(onProgress && { onProgress }),
    async onMessages(messages) {
      const text = messages.map(count).join('')
      if (text !== '' && !out.write(text)) await once(out, 'drain')
    },
  })
  const lines = function* () {
    for (const [key, value] of counts) yield line('views by title and day', key, String(value))
  }
  await pipeline(Readable.from(lines()), out)
}

/** What is no view, nobody counts. */
function viewOf(message: StoredMessage): { id: string; contentId: string; day: string } | null {
  const parsed = parseMessage(message)
  if (parsed.kind !== 'event' || parsed.event.type !== 'content.viewed') return null
  const { id, time, data } = parsed.event
  return { id, contentId: data.contentId, day: new Date(time).toISOString().slice(0, 10) }
}
