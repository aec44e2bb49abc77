import { places, placeUrl } from '@marquee/catalog/foreign-pool'
import { statements } from '@marquee/catalog/people-store'
import pg from 'pg'
import type { Calls } from './calls.js'

const limit = 20
const newest = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff']

/** The page alone, as the remote server gives it. */
const withoutTitles = `SELECT id, content_id, episode_id, run, watched_at, watch_duration, completed
  FROM analytics.user_watch_history WHERE user_id = $1 AND watched_at <= $2 AND (watched_at < $2 OR id < $3)
  ORDER BY watched_at DESC, id DESC LIMIT $4`

/** What one would write first. */
const plainJoin = `SELECT p.id, p.watched_at, p.watch_duration, p.completed, p.run, l.title, e.title AS episode
  FROM analytics.user_watch_history AS p LEFT JOIN content_listing AS l ON l.id = p.content_id
    LEFT JOIN episode_listing AS e ON e.id = p.episode_id
  WHERE p.user_id = $1 AND p.watched_at <= $2 AND (p.watched_at < $2 OR p.id < $3)
  ORDER BY p.watched_at DESC, p.id DESC LIMIT $4`

/** A join that asks for titles and finds people: nothing of it can be sent to the remote server but the table itself. */
const plainJoinByTitle = `SELECT l.title, count(*) AS plays FROM content_listing AS l
  JOIN analytics.user_watch_history AS p ON p.content_id = l.id WHERE l.slug = $1 GROUP BY l.title`

/** Ways to ask for one person's history, over one session each, as the catalogue has them. */
export async function foreignPages(catalogUrl: string, userId: string) {
  const clients: pg.Client[] = []
  const calls = async (name: string, text: string, values: unknown[]): Promise<Calls> => {
    const client = new pg.Client(placeUrl(catalogUrl, places[0]))
    await client.connect()
    clients.push(client)
    return { name, call: () => client.query({ name, text, values }) }
  }
  const values = [userId, ...newest, limit]
  return {
    page: await calls('page', statements.history.text, values),
    alone: await calls('alone', withoutTitles, values),
    plain: await calls('plain', plainJoin, values),
    byTitle: await calls('by-title', plainJoinByTitle, ['winter-tide']),
    close: () => Promise.all(clients.map((client) => client.end())),
  }
}
