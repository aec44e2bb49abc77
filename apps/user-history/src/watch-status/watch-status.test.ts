import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { reconcile } from '../reconcile/reconcile-store.js'
import { continueWorld } from '../testing/continue-world.js'
import { serveUserHistory } from '../testing/serve.js'
import { keepCopies } from '../titles/copies-store.js'

let place: Awaited<ReturnType<typeof serveUserHistory>>
let app: Awaited<ReturnType<typeof place.start>>
let me: string
beforeAll(async () => {
  place = await serveUserHistory()
  app = await place.start()
})
beforeEach(() => {
  me = randomUUID()
})
afterAll(() => place.close())

const path = '/api/v1/watch-status'
const set = (id: string, body: object, sub: string | null = me) =>
  app.send(`${path}/${id}`, { method: 'PUT', sub, body })
const again = (id: string, key?: string, sub = me) =>
  app.send(`${path}/${id}/rewatch`, {
    method: 'POST',
    sub,
    ...(key && { headers: { 'idempotency-key': key } }),
  })
const list = async (search = '', sub = me) => (await app.send(`${path}${search}`, { sub })).json
const of = async (id: string) => (await list(`?contentId=${id}`)).items[0]
const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()
const watch = (episodeId: string, position: number, at: string, more = {}) =>
  app.report(me, { episodeId, position, duration: 1000, at, sessionId: randomUUID(), sequence: 1, ...more })
const make = async (options = {}) => (await continueWorld(place.primary, 1, options))[0]!

describe('a status', () => {
  it('follows from what is watched: watching, caught up, completed when it ends', async () => {
    const title = await make({ episodes: 2 })
    const { copy, episodes } = title
    expect(await of(title.id)).toBeUndefined()
    const at = [300, 200, 100].map(secondsAgo)
    await watch(episodes[0]!, 100, at[0]!)
    expect(await of(title.id)).toMatchObject({
      status: 'watching',
      rule: 'first_play',
      startedAt: at[0],
      run: 1,
    })
    await watch(episodes[0]!, 990, at[1]!)
    await watch(episodes[1]!, 990, at[2]!)
    expect(await of(title.id)).toMatchObject({ status: 'watching', caughtUp: true, completedAt: null })
    await keepCopies(place.primary, { titles: [{ ...copy, airingStatus: 'ended', version: 2 }] })
    expect(await of(title.id)).toMatchObject({
      ...{ status: 'completed', caughtUp: false, rule: 'all_seen', startedAt: at[0] },
      ...{ completedAt: at[2], lastWatchedAt: at[2], setAt: null, score: null, notes: null },
    })
  })

  it('that the viewer set stays until he watches the title again', async () => {
    const title = await make()
    const first = await set(title.id, { status: 'planned', score: 8, notes: ' For winter. ' })
    expect(first.json).toMatchObject({
      status: 'planned',
      rule: 'set_by_viewer',
      score: 8,
      notes: 'For winter.',
    })
    await watch(title.episodes[0]!, 300, secondsAgo(3600))
    expect((await of(title.id)).status).toBe('planned')
    await watch(title.episodes[0]!, 400, new Date(Date.now() + 500).toISOString())
    expect(await of(title.id)).toMatchObject({ status: 'watching', score: 8, notes: 'For winter.' })
    for (const _ of [1, 2])
      expect((await set(title.id, { status: 'dropped' })).json).toMatchObject({ status: 'dropped', score: 8 })
    expect((await set(title.id, { status: 'dropped', score: null })).json).toMatchObject({ score: null })
    expect((await set(title.id, { status: 'completed' })).json.completedAt).not.toBeNull()
  })

  it.each([
    {},
    { status: 'x' },
    { status: 'planned', score: 0 },
    { status: 'planned', score: 11 },
    { status: 'planned', score: 1.5 },
    { status: 'planned', notes: 'x'.repeat(2001) },
    { status: 'planned', userId: 'x' },
  ])('%j is refused', async (body) => {
    const title = await make()
    expect((await set(title.id, body)).status).toBe(422)
    expect(await of(title.id)).toBeUndefined()
  })

  it('is of a published title, and one’s own', async () => {
    const title = await make()
    expect((await set(randomUUID(), { status: 'planned' })).json.code).toBe('content_not_found')
    await set(title.id, { status: 'planned' })
    expect((await list('', randomUUID())).items).toEqual([])
    expect((await set(title.id, { status: 'planned' }, null)).status).toBe(401)
    expect((await set(title.id, { status: 'planned' }, 'nobody')).status).toBe(403)
  })
})

describe('the list', () => {
  it('has what was watched or set last first, by status where asked for, page by page', async () => {
    const titles = await continueWorld(place.primary, 6)
    const ids = titles.map(({ id }) => id)
    for (const [n, { episodes }] of titles.slice(0, 3).entries())
      await watch(episodes[0]!, 300, secondsAgo(900 - n))
    for (const id of ids.slice(3)) await set(id, { status: 'planned' })
    const idsOf = ({ items }: { items: { content: { id: string } }[] }) =>
      items.map(({ content }) => content.id)
    expect(idsOf(await list())).toEqual(ids.toReversed())
    expect(idsOf(await list('?status=planned'))).toEqual(ids.slice(3).reverse())
    expect(idsOf(await list('?status=completed'))).toEqual([])
    const found: string[] = []
    for (let search = '?status=watching&limit=2'; ; ) {
      const page = await list(search)
      found.push(...idsOf(page))
      if (!page.next) break
      search = `?status=watching&limit=2&cursor=${page.next}`
    }
    expect(found).toEqual(ids.slice(0, 3).reverse())
  })
})

describe('a rewatch', () => {
  it('is a run of its own, begun once until something of it is watched', async () => {
    const title = await make({ episodes: 2, airingStatus: 'ended' })
    for (const [n, episode] of title.episodes.entries()) await watch(episode, 990, secondsAgo(500 - n))
    for (const _ of [1, 2])
      expect((await again(title.id)).json).toMatchObject({ status: 'rewatching', run: 2, rule: 'new_run' })
    const { json } = await watch(title.episodes[0]!, 300, new Date(Date.now() + 500).toISOString())
    expect(json).toMatchObject({ run: 2, position: 300, completed: false, applied: true })
    await watch(title.episodes[0]!, 990, secondsAgo(400))
    expect(await of(title.id)).toMatchObject({ run: 2, status: 'rewatching' })
    expect(await reconcile(place.primary)).toMatchObject({ progress: { differing: 0 }, agrees: true })
    expect((await again(title.id)).json.run).toBe(3)
    expect(await reconcile(place.primary)).toMatchObject({ progress: { differing: 0 }, agrees: true })
  })

  it('is one of its key, whatever was watched since', async () => {
    const title = await make()
    await watch(title.episodes[0]!, 990, secondsAgo(500))
    const first = await again(title.id, 'k1')
    await watch(title.episodes[0]!, 300, new Date(Date.now() + 500).toISOString())
    expect(await again(title.id, 'k1')).toMatchObject({ status: 200, json: first.json })
    expect((await of(title.id)).run).toBe(2)
    const other = await make()
    expect((await again(other.id, 'k1')).json.code).toBe('idempotency_key_reused')
  })

  it('needs something that was watched, and a published title', async () => {
    const title = await make()
    expect((await again(title.id)).json.code).toBe('conflict')
    expect((await again(randomUUID())).json.code).toBe('content_not_found')
    expect((await again(title.id, undefined, 'nobody')).status).toBe(403)
  })

  it('takes along what a fast clock dated after it', async () => {
    const title = await make()
    await watch(title.episodes[0]!, 990, secondsAgo(500))
    await watch(title.episodes[1]!, 3, new Date(Date.now() + 200_000).toISOString())
    expect((await again(title.id)).json).toMatchObject({ run: 2 })
    expect(await reconcile(place.primary)).toMatchObject({ progress: { differing: 0 } })
  })
})
