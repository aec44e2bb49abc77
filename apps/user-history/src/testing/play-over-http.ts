import { randomUUID } from 'node:crypto'
import { world } from '@marquee/contracts'
import type { Pool } from '@marquee/postgres'
import type { History, ShownEpisode, Step } from '../continue-watching/histories/words.fixture.js'
import { titleCopy } from '../titles/copies.js'
import { type EpisodeCopy, keepCopies } from '../titles/copies-store.js'
import { countChange } from '../titles/news-store.js'
import { ago, bodyOf } from './play-history.js'
import type { serveUserHistory } from './serve.js'

type App = Awaited<ReturnType<Awaited<ReturnType<typeof serveUserHistory>>['start']>>
const minute = 60_000

/**
 * Plays a history over HTTP, in titles and by a person of its own: what is watched and said through the routes, what the catalogue does
 * through its copies. What was said some minutes ago is said now, and moved back in its table.
 * @returns who watched what, and the ids of its episodes by their names
 */
export async function playOverHttp(history: History, { app, primary }: { app: App; primary: Pool }) {
  const me = randomUUID()
  const contentId = randomUUID()
  const now = Date.now()
  const episodes = new Map(history.show.episodes.map((one) => [one.name, { ...one, id: randomUUID() }]))
  let version = 1

  const copyOf = (one: ShownEpisode & { id: string }): EpisodeCopy => ({
    ...one,
    contentId,
    version,
    title: one.name,
    airDate: one.airedAgo === null ? null : ago(one.airedAgo, now),
  })
  const { airingStatus, isVip, ageRating, availableRegions } = history.show
  const content = {
    ...world.contents.winterTide,
    id: contentId,
    airingStatus,
    isVip,
    ageRating,
    availableRegions,
  }
  await keepCopies(primary, { titles: [titleCopy(content, 1)], episodes: [...episodes.values()].map(copyOf) })
  for (const { id, publishedAgo } of episodes.values()) await moveBack('published', id, publishedAgo, 'set')
  await become({ subscriptionTier: 'free', maxContentRating: null, country: null, ...history.viewer })
  for (const step of history.did) await play(step)
  return { me, contentId, now, idOf: (name: string) => episodes.get(name)!.id }

  async function play(step: Step): Promise<void> {
    if ('told' in step) {
      const { status, json } = await app.report(me, bodyOf(step, episodes.get(step.told)!.id, now))
      if (status !== 200) throw new Error(`${step.told}: ${status} ${JSON.stringify(json)}`)
    } else if ('dismissed' in step) {
      await said('DELETE', `/api/v1/continue-watching/${contentId}`, 204)
      await moveBack('dismissed', contentId, step.dismissed)
    } else if ('rewatched' in step) {
      await said('POST', `/api/v1/watch-status/${contentId}/rewatch`, 200)
      await moveBack('rewatched', contentId, step.rewatched)
    } else if ('published' in step) {
      const { id } = Object.assign(episodes.get(step.published)!, { status: 'published' })
      await change({ episodes: [copyOf(episodes.get(step.published)!)] })
      await moveBack('published', id, step.ago, 'set')
    } else if ('archived' in step) {
      const { id } = episodes.get(step.archived)!
      await change({ goneEpisodes: [{ id, contentId, version: version + 1 }] })
    } else if ('takenDown' in step) await change({ goneTitles: [{ id: contentId, version: version + 1 }] })
    else await become(step.becomes)
  }

  async function said(method: 'POST' | 'DELETE', path: string, expected: number): Promise<void> {
    const { status, json } = await app.send(path, { method, sub: me })
    if (status !== expected) throw new Error(`${method} ${path}: ${status} ${JSON.stringify(json)}`)
  }

  async function change(copies: Parameters<typeof keepCopies>[1]): Promise<void> {
    version += 1
    await keepCopies(primary, {
      ...copies,
      ...(copies.episodes && { episodes: copies.episodes.map((one) => ({ ...one, version })) }),
    })
  }

  async function become(rights: object): Promise<void> {
    const names = {
      subscriptionTier: 'subscription_tier',
      maxContentRating: 'max_content_rating',
      country: 'country',
    }
    await primary.query('INSERT INTO users (id) VALUES ($1) ON CONFLICT DO NOTHING', [me])
    for (const [name, column] of Object.entries(names))
      if (name in rights)
        await primary.query(`UPDATE users SET ${column} = $2 WHERE id = $1`, [me, rights[name as never]])
  }

  async function moveBack(
    what: 'published' | 'dismissed' | 'rewatched',
    id: string,
    minutes: number,
    how = 'shift',
  ) {
    const back = `- interval '1 minute' * $2`
    const texts = {
      published: `UPDATE content_episodes SET published_at = to_timestamp($3 / 1000.0) ${back} WHERE id = $1 AND published_at IS NOT NULL`,
      dismissed: `UPDATE title_dismissals SET dismissed_at = dismissed_at ${back} WHERE content_id = $1`,
      rewatched: `UPDATE title_rewatches SET begun_at = begun_at ${back} WHERE content_id = $1`,
    }
    await primary.query(texts[what], [id, minutes, ...(how === 'set' ? [now] : [])])
    if (what === 'published') await countChange(primary, [contentId])
    if (what === 'rewatched')
      await primary.query(
        `UPDATE user_titles SET latest_at = greatest((SELECT max(begun_at) FROM title_rewatches WHERE content_id = $1),
           (SELECT max(effective_at) FROM progress_reports WHERE content_id = $1)) WHERE content_id = $1`,
        [contentId],
      )
  }
}

/** Milliseconds of so many minutes. */
export const minutes = (count: number): number => count * minute
