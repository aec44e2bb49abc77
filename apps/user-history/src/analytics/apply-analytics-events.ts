import type { Context, ReceivedEvent } from '@marquee/events'
import { type Pool, transaction } from '@marquee/postgres'
import { keepRatings } from './ratings-store.js'
import { countViews } from './views-store.js'

/** Names the consumer in the inbox, whatever its group is called. */
const consumer = 'analytics'
export const analyticsTopics = ['content.viewed', 'rating'] as const

const utcDay = (time: string): string => new Date(time).toISOString().slice(0, 10)

/** What happened to titles, by the UTC day of the event. Safe to run twice, and in any order. */
export const applyAnalyticsEvents =
  (pool: Pool) =>
  async (events: readonly ReceivedEvent[], context: Pick<Context, 'duplicate'>): Promise<void> => {
    const views = events
      .filter((event) => event.type === 'content.viewed')
      .map(({ id, time, data }) => ({ id, day: utcDay(time), ...data }))
    const ratings = events
      .filter((event) => event.type === 'rating.changed')
      .map(({ time, data, subjectVersion: version }) => ({ ...data, day: utcDay(time), version }))
    if (views.length > 0) {
      const counted = await transaction(pool, (tx) => countViews(tx, consumer, views))
      if (counted < views.length) context.duplicate(views.length - counted)
    }
    await keepRatings(pool, ratings)
  }
