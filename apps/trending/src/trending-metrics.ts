import type { Metrics } from '@marquee/service-kit'
import type { Counters } from './counters-store.js'

/** What an operator watches of this app, beside what every app has. */
export function trendingMetrics(
  metrics: Metrics,
  { redis, key }: Counters,
): { observePrepare(seconds: number): void } {
  /** A scrape during an outage still answers: the figure is missing then. */
  const asked = async (set: (value: number) => void, ask: () => Promise<number>) => {
    try {
      set(await ask())
    } catch {
      set(Number.NaN)
    }
  }
  metrics.gauge('marquee_trending_outbox_entries', 'Events not yet confirmed by the broker', [], (gauge) =>
    asked(
      (value) => gauge.set(value),
      () => redis.xlen(key('outbox')),
    ),
  )
  metrics.gauge('marquee_trending_board_age_seconds', 'Since the lists were last prepared', [], (gauge) =>
    asked(
      (value) => gauge.set(value),
      async () => {
        const [[seconds, micros], preparedAt] = await Promise.all([
          redis.time(),
          redis.hget(key('board'), 'preparedAt'),
        ])
        return Number(seconds) + Number(micros) / 1e6 - Number(preparedAt) / 1000
      },
    ),
  )
  const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]
  const prepare = metrics.histogram('marquee_trending_prepare_seconds', 'One step of preparing', buckets)
  return { observePrepare: (seconds) => prepare.observe(seconds) }
}
