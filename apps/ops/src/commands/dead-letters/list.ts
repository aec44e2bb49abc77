import type { Config } from '../../config.js'
import { printable, withKafka } from '../../kafka.js'
import { exitCodes } from '../../problem.js'
import { table } from '../../terminal.js'
import { type Letter, onlyTopic, readLetters, shown } from './letters.js'

export interface ListOptions {
  topic?: string
  state?: Letter['state']
  limit: number
  json?: boolean
}

/**
 * Each message that was put aside once, the latest first, `limit` at most; the sums are of all.
 * As JSON: `{ letters: [...], total, open, replayed, dropped }`.
 */
export async function list(config: Config, { topic, state, limit, json }: ListOptions): Promise<number> {
  const topics = onlyTopic(topic)
  const all = [...(await withKafka(config, (kafka) => readLetters(kafka, { topics }))).values()]
  const count = (wanted: Letter['state']) => all.filter((letter) => letter.state === wanted).length
  const sums = {
    total: all.length,
    open: count('open'),
    replayed: count('replayed'),
    dropped: count('dropped'),
  }
  const chosen = all
    .filter((letter) => state === undefined || letter.state === state)
    .sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : a.ref < b.ref ? -1 : 1))
    .slice(0, limit)
    .map(shown)
  if (json) process.stdout.write(`${JSON.stringify({ letters: chosen, ...sums })}\n`)
  else process.stdout.write(`${text(chosen, sums)}\n`)
  return exitCodes.ok
}

function text(letters: Letter[], { total, open, replayed, dropped }: Record<string, number>): string {
  const sums = `${total} dead letters: ${open} open, ${replayed} replayed, ${dropped} dropped.`
  if (letters.length === 0) return sums
  const header = ['message', 'state', 'type', 'buried by', 'tries', 'when', 'error']
  const rows = letters.map(({ ref, state, type, groups, attempts, time, error }) =>
    [ref, state, type ?? '-', groups.join(',') || 'relay', String(attempts), time, error.slice(0, 60)].map(
      printable,
    ),
  )
  return [table([header, ...rows]), sums].join('\n')
}
