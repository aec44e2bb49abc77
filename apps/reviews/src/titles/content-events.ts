import { type Context, droppedStates, type ReceivedEvent } from '@marquee/events'
import type { Database } from '../database-store.js'
import type { TitleDocument } from './title-document.js'
import { applyTitles } from './title-store.js'

function stateOf(event: ReceivedEvent): TitleDocument | null {
  const said = { _id: event.subject, version: event.subjectVersion, at: new Date(event.time) }
  switch (event.type) {
    case 'content.created':
    case 'content.updated':
    case 'content.published':
    case 'content.unpublished':
      return { ...said, status: event.data.status, slug: event.data.slug }
    case 'content.deleted':
      return { ...said, status: 'archived', slug: event.data.slug }
    default:
      return null
  }
}

/** Keeps what the catalogue says of its titles. */
export const applyContentEvents =
  (database: Database) =>
  async (events: readonly ReceivedEvent[], { duplicate }: Pick<Context, 'duplicate'>): Promise<void> => {
    const changed = await applyTitles(
      database,
      events.map(stateOf).filter((state) => state !== null),
    )
    duplicate(droppedStates(events, changed))
  }
