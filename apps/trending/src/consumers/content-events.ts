import type { Context, ReceivedEvent } from '@marquee/events'
import type { Counters } from '../counters-store.js'
import { titleOfEvent } from '../titles/title-state.js'
import { applyTitles, type TitleState, type Tombstone } from '../titles/title-store.js'

function stateOf(event: ReceivedEvent): TitleState | Tombstone | null {
  switch (event.type) {
    case 'content.created':
    case 'content.updated':
    case 'content.published':
    case 'content.unpublished':
      return titleOfEvent(event.data, event.subjectVersion)
    case 'content.deleted':
      return { id: event.subject, version: event.subjectVersion, status: 'archived' }
    default:
      return null
  }
}

/**
 * Keeps what the catalogue says of its titles. Each state is applied if it is newer than what is kept, so that neither order nor
 * repetition matters.
 */
export const applyContentEvents =
  (counters: Counters) =>
  async (events: readonly ReceivedEvent[], { duplicate }: Pick<Context, 'duplicate'>): Promise<void> => {
    const applied = await applyTitles(
      counters,
      events.map(stateOf).filter((state) => state !== null),
    )
    duplicate(applied.filter((one) => !one).length)
  }
