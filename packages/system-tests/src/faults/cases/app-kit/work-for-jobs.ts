import { world } from '@marquee/contracts'
import { newPerson } from '../../../people.js'
import type { Scene } from '../../case.js'
import { created, newTitle, untilAnswered } from './requests.js'
import { rowsOf } from './stores.js'

/** Makes work that a job finds by itself. */
export type Work = (scene: Scene) => Promise<{
  what: string
  /** What has been done, and what it comes to when everything was done once. */
  done(): Promise<unknown>
  wanted: unknown
}>

const many = 12

/** Titles whose time comes while the leader is frozen. */
export const waitingTitles: Work = async (scene) => {
  const tag = `due ${Date.now().toString(36)}`
  const publishAt = new Date(Date.now() + 5_000).toISOString()
  await Promise.all(
    Array.from({ length: many }, (_, n) =>
      newTitle(scene, `${tag} ${n}`, { status: 'scheduled', publishAt }),
    ),
  )
  const stated = `SELECT l.status, o.type, count(*)::integer AS count FROM content_listing AS l
    JOIN outbox AS o ON o.subject = l.id::text WHERE l.title LIKE $1 GROUP BY 1, 2 ORDER BY 2`
  return {
    what: `${many} titles were published by the other one, once each`,
    done: () => rowsOf(scene.run().engines.catalog, stated, [`${tag} %`]),
    wanted: ['content.created', 'content.published'].map((type) => ({
      status: 'published',
      type,
      count: many,
    })),
  }
}

const idleMinutes = 31

/** Sittings that nobody ended and nobody has heard of for long. */
export const idleSittings: Work = async (scene) => {
  const people = Array.from({ length: many }, newPerson)
  const { id: episodeId, durationSeconds: duration } = world.episodes.winterTide1
  const at = new Date(Date.now() - idleMinutes * 60_000).toISOString()
  for (const { token } of people) {
    const body = { episodeId, duration, position: 60, sessionId: 'left', sequence: 1, at }
    created(await untilAnswered(scene, '/api/v1/progress', { method: 'POST', token, body }))
  }
  const { analytics } = scene.run().engines
  const ids = people.map(({ id }) => id)
  // Time is what this case does not have: the reports came in long ago.
  await rowsOf(
    analytics,
    `UPDATE playback_sessions SET received_at = received_at - interval '1 hour' WHERE user_id = ANY($1::uuid[])`,
    [ids],
  )
  const plays =
    'SELECT user_id, count(*)::integer AS plays FROM user_watch_history WHERE user_id = ANY($1::uuid[]) GROUP BY 1 ORDER BY 1'
  return {
    what: `${many} sittings that nobody ended became one play each`,
    done: () => rowsOf(analytics, plays, [ids]),
    wanted: ids.toSorted().map((user_id) => ({ user_id, plays: 1 })),
  }
}
