import type { Figure } from '@marquee/service-kit'
import { stringify } from 'uuid'
import { type Counters, executed } from '../counters-store.js'
import { dayOf } from '../ranking/decay.js'
import { viewedIds } from '../ranking/ranking-store.js'
import { countersTime } from '../seed/seed-store.js'
import { keptTitles } from '../titles/title-store.js'
import { idsByHour, idsIn } from './reconcile-store.js'

/** Besides today. */
const wholeDays = 30
const dayMs = 86_400_000

/** What can be held against other apps, of the last 30 whole days (UTC) and today where it is about days. */
export async function* figuresOf(counters: Counters, options: { ids: boolean }): AsyncGenerator<Figure> {
  const today = dayOf(await countersTime(counters))
  yield* views(counters, today - wholeDays)
  if (options.ids) yield* viewIds(counters, (today - wholeDays) * 24, today * 24 + 23)
  for await (const titles of keptTitles(counters))
    for (const { id, version, status } of titles)
      yield { figure: 'titles', key: id, value: `${version} ${status}` }
  const pending = await counters.redis.xlen(counters.key('outbox'))
  yield { figure: 'outbox', key: 'trending', value: String(pending) }
}

async function* views(counters: Counters, firstDay: number): AsyncGenerator<Figure> {
  const { redis, key } = counters
  for await (const ids of viewedIds(counters)) {
    const pipeline = redis.multi()
    for (const id of ids) pipeline.hget(key('totals'), id).hgetall(key(`days:${id}`))
    const answers = await executed(pipeline)
    for (const [i, id] of ids.entries()) {
      const [total, days] = answers.slice(i * 2, i * 2 + 2) as [string, Record<string, string>]
      if (Number(total) > 0) yield { figure: 'views by title', key: id, value: total }
      for (const [day, value] of Object.entries(days))
        if (Number(day) >= firstDay && Number(value) > 0)
          yield { figure: 'views by title and day', key: `${id} ${dateOf(Number(day))}`, value }
    }
  }
}

const dateOf = (day: number) => new Date(day * dayMs).toISOString().slice(0, 10)

async function* viewIds(counters: Counters, first: number, last: number): AsyncGenerator<Figure> {
  for await (const { bytes } of idsByHour(counters, first, last))
    for (const id of idsIn(bytes))
      yield { figure: 'view ids', key: stringify(Buffer.from(id, 'latin1')), value: '' }
}
