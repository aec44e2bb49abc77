import { world } from '@marquee/contracts'
import type { Ask } from '../../../client.js'
import { newPerson } from '../../../people.js'
import type { Scene } from '../../case.js'
import { newTitle, nextGateway, tell, withKey } from './requests.js'
import { countOf } from './stores.js'

/** A POST that creates or counts, and how to count what it has done. */
export interface Post {
  operationId: string
  app: string
  /** Request number `n`, which nobody has made yet, with its Idempotency-Key. */
  ask(n: number): { path: string; ask: Ask & { headers: Record<string, string>; body: object } }
  /** What the same key must be refused with. */
  otherBody(n: number): object
  /** Whether the answer to a repetition is the one that was given first. */
  repeats(first: unknown, second: unknown): boolean
  /** How often any of them had its effect. */
  effects(): Promise<number>
}

const same = (first: unknown, second: unknown) => JSON.stringify(first) === JSON.stringify(second)

/** Every POST of the API that creates or counts, on titles of its own. `tag` is at most 20 visible ASCII characters. */
export async function allPosts(scene: Scene, tag: string): Promise<Post[]> {
  const series = await newTitle(scene, `${tag} series`, { kind: 'series', status: 'draft' })
  const title = await newTitle(scene, `${tag} watched`)
  const people = new Map<number, ReturnType<typeof newPerson>>()
  const person = (n: number) => {
    const known = people.get(n) ?? newPerson()
    people.set(n, known)
    return known
  }
  const { catalog, analytics } = scene.run().engines
  const post = (operation: string, n: number, ask: Ask, body: object) => ({
    ...ask,
    method: 'POST',
    headers: withKey(`${tag} ${operation} ${n}`),
    body,
  })
  const titled = (table: string, column: string, kind: string) => () =>
    countOf(catalog, `SELECT count(*) FROM ${table} WHERE ${column} LIKE $1`, [`${tag} ${kind} %`])
  const summary = async () => {
    const told = await tell(scene, nextGateway(scene), `/api/v1/content/${title}/reviews`, {})
    return Number(told?.json.summary.count)
  }

  const contentBody = (n: number) => ({
    ...{
      kind: 'movie',
      title: `${tag} content ${n}`,
      origin: 'other',
      originalLanguage: 'en',
      status: 'draft',
    },
  })
  const episodeBody = (n: number) => ({
    ...{ seasonNumber: 1, number: n, title: `${tag} episode ${n}`, status: 'draft' },
  })
  const reviewBody = (n: number) => ({ rating: (n % 10) + 1, text: `${tag} ${n}` })
  const viewBody = (n: number) => ({ viewerId: `${tag}-${n}` })
  const { id: episodeId, durationSeconds: duration } = world.episodes.winterTide1
  const reportBody = (n: number) => ({
    ...{ episodeId, duration, position: 60 + n, sessionId: `${tag}-${n}`, sequence: 1, state: 'stopped' },
  })
  const views = `/api/v1/content/${title}/views/increment`
  return [
    {
      operationId: 'createContent',
      app: 'catalog',
      ask: (n) => ({ path: '/api/v1/content', ask: post('content', n, { as: 'editor' }, contentBody(n)) }),
      otherBody: (n) => ({ ...contentBody(n), year: 1999 }),
      repeats: same,
      effects: titled('content_metadata', 'title', 'content'),
    },
    {
      operationId: 'createEpisode',
      app: 'catalog',
      ask: (n) => ({
        path: `/api/v1/content/${series}/episodes`,
        ask: post('episode', n, { as: 'editor' }, episodeBody(n)),
      }),
      otherBody: (n) => ({ ...episodeBody(n), durationSeconds: 77 }),
      repeats: same,
      effects: titled('episodes', 'title', 'episode'),
    },
    {
      operationId: 'createGenre',
      app: 'catalog',
      ask: (n) => ({
        path: '/api/v1/genres',
        ask: post('genre', n, { as: 'editor' }, { name: `${tag} genre ${n}` }),
      }),
      otherBody: (n) => ({ name: `${tag} other ${n}` }),
      repeats: same,
      effects: titled('genres', 'name', 'genre'),
    },
    {
      operationId: 'postReview',
      app: 'reviews',
      ask: (n) => ({
        path: `/api/v1/content/${title}/reviews`,
        ask: post('review', n, { token: person(n).token }, reviewBody(n)),
      }),
      otherBody: (n) => ({ ...reviewBody(n), text: 'another' }),
      repeats: same,
      effects: summary,
    },
    {
      operationId: 'incrementViews',
      app: 'trending',
      ask: (n) => ({ path: views, ask: post('view', n, { token: person(n).token }, viewBody(n)) }),
      otherBody: (n) => ({ viewerId: `${tag}-other-${n}` }),
      // The totals are those of now.
      repeats: (_first, second) => (second as { counted: boolean }).counted === false,
      effects: async () => {
        const { ask } = { ask: post('view', 0, { token: person(0).token }, viewBody(0)) }
        const told = await tell(scene, nextGateway(scene), views, ask)
        // Number 0 is nobody's but ours.
        return Number(told?.json.totalViews) - 1
      },
    },
    {
      operationId: 'reportProgress',
      app: 'user-history',
      ask: (n) => ({
        path: '/api/v1/progress',
        ask: post('report', n, { token: person(n).token }, reportBody(n)),
      }),
      otherBody: (n) => ({ ...reportBody(n), position: 90 + n }),
      repeats: same,
      effects: () =>
        countOf(analytics, 'SELECT count(*) FROM user_watch_history WHERE user_id = ANY($1::uuid[])', [
          [...people.values()].map(({ id }) => id),
        ]),
    },
  ]
}
