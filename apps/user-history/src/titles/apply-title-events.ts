import type { EventType } from '@marquee/contracts'
import { type Context, droppedStates, type ReceivedEvent } from '@marquee/events'
import type { Pool } from '@marquee/postgres'
import { episodeCopy, titleCopy } from './copies.js'
import { keepCopies } from './copies-store.js'

function only<T extends EventType>(events: readonly ReceivedEvent[], ...types: T[]): ReceivedEvent<T>[] {
  return events.filter((event) => (types as EventType[]).includes(event.type)) as ReceivedEvent<T>[]
}

/** Keeps what the catalogue says of titles and episodes: a batch is one statement of each kind. */
export const applyTitleEvents =
  (primary: Pool) =>
  async (events: readonly ReceivedEvent[], { duplicate }: Pick<Context, 'duplicate'>): Promise<void> => {
    const titles = only(
      events,
      'content.created',
      'content.updated',
      'content.published',
      'content.unpublished',
    )
    const episodes = only(events, 'episode.created', 'episode.updated', 'episode.published')
    const kept = await keepCopies(primary, {
      titles: titles.map(({ data, subjectVersion }) => titleCopy(data, subjectVersion)),
      goneTitles: only(events, 'content.deleted').map(({ data: { id }, subjectVersion: version }) => ({
        id,
        version,
      })),
      episodes: episodes.map(({ data, subjectVersion }) => episodeCopy(data, subjectVersion)),
      goneEpisodes: only(events, 'episode.deleted').map(({ data: { id, contentId }, subjectVersion }) => ({
        id,
        contentId,
        version: subjectVersion,
      })),
    })
    duplicate(droppedStates(events, kept))
  }
