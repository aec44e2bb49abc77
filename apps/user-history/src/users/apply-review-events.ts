import type { ReceivedEvent } from '@marquee/events'
import type { Pool } from '@marquee/postgres'
import { keepUsers } from './users-store.js'

/** A person who has only reviewed has a row too. */
export const applyReviewEvents =
  (primary: Pool) =>
  async (events: readonly ReceivedEvent[]): Promise<void> => {
    const posted = events.filter((event) => event.type === 'review.posted')
    await keepUsers(
      primary,
      posted.map(({ data }) => data.userId),
    )
  }
