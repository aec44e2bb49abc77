import type { Counters } from '../counters-store.js'
import { hourOf } from '../ranking/decay.js'
import { type Board, prepare } from '../ranking/prepare.js'
import { createTrendingReader } from '../ranking/trending-reader.js'
import { rebuildTrending } from '../rebuild/rebuild-trending.js'
import { countersTime } from '../seed/seed-store.js'
import { keysOf, testCounters } from './counters.js'
import { awayFromTheTurn } from './hour.js'
import { idOf, knowTitles } from './titles.js'

const length = 10
const periods = ['daily', 'weekly', 'monthly'] as const
const derived = ['board', 'lists', 'items:*', 'list:*', 'generation']

/** Forty titles with views of five hours, ranked by a leader into lists of ten. */
export async function rankedWorld() {
  await awayFromTheTurn(10_000)
  const place = testCounters()
  const counters = place.open()
  const leader = (await counters.run('takeLease', 'leader', 600_000)) as string
  const state = { board: null as Board | null }

  const step = async () => {
    state.board = await prepare(counters, leader, state.board, { length })
  }
  async function viewed(n: number, views: number, ago = 0) {
    const { redis, key } = counters
    const hour = String(hourOf(await countersTime(counters)) - ago)
    await redis.hincrby(key('totals'), idOf(n), views)
    await redis.hincrby(key(`views:${idOf(n)}`), hour, views)
    await redis.hincrby(key(`ranked:${idOf(n)}`), hour, views)
    await redis.sadd(key('changed'), idOf(n))
  }
  await knowTitles(counters, 40, (n) => ({ origin: n % 3 === 0 ? 'thai' : 'korean' }))
  for (let n = 0; n < 40; n++) await viewed(n, 1 + ((n * 7) % 13), n % 5)
  await step()
  return {
    counters,
    leader,
    length,
    /** What the leader has in memory. */
    state,
    step,
    viewed,
    /** Items as a new reader shows them: of each window all, and those of one origin. */
    async shown() {
      const read = createTrendingReader(counters)
      const asked = periods.flatMap((period) => [{ period }, { period, origin: 'thai' }])
      const answers = await Promise.all(asked.map((each) => read({ ...each, limit: 100 })))
      return answers.map(({ bytes }) => JSON.parse(bytes.toString()).items)
    },
    /** Everything derived, unless told otherwise. */
    drop: (...patterns: string[]) => dropKeys(counters, patterns.length > 0 ? patterns : derived),
    rebuild: (over: { dryRun?: boolean } = {}) => rebuildTrending(counters, { length, ...over }),
    close: place.close,
  }
}

async function dropKeys(counters: Counters, patterns: readonly string[]): Promise<void> {
  for (const pattern of patterns)
    for (const name of await keysOf(counters, pattern)) await counters.redis.unlink(counters.key(name))
}
