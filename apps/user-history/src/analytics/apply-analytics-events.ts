import { consumerGroups } from '@marquee/contracts'
import { type Context, droppedStates, type ReceivedEvent } from '@marquee/events'
import { type Pool, transaction } from '@marquee/postgres'
import { keepRatings } from './ratings-store.js'
import { countViews } from './views-store.js'

/** Names the consumer in the inbox, whatever its group is called. */
const consumer = 'analytics'
export const analyticsTopics = consumerGroups['user-history-analytics']

const utcDay = (time: string): string => new Date(time).toISOString().slice(0, 10)

/** What happened to titles, by the UTC day of the event. Safe to run twice, and in any order. */
export const applyAnalyticsEvents =
  (pool: Pool) =>
  async (events: readonly ReceivedEvent[], context: Pick<Context, 'duplicate'>): Promise<void> => {
    const views = events
      .filter((event) => event.type === 'content.viewed')
      .map(({ id, time, data }) => ({ id, day: utcDay(time), ...data }))
    const changed = events.filter((event) => event.type === 'rating.changed')
    const ratings = changed.map(({ time, data, subjectVersion: version }) => ({
      ...data,
      day: utcDay(time),
      version,
    }))
    const counted = views.length > 0 ? await transaction(pool, (tx) => countViews(tx, consumer, views)) : 0
    const kept = await keepRatings(pool, ratings)
    const dropped = views.length - counted + droppedStates(changed, kept)
    if (dropped > 0) context.duplicate(dropped)
  }
