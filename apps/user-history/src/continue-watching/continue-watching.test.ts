import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { continueWorld } from '../testing/continue-world.js'
import { serveUserHistory } from '../testing/serve.js'
import { keepCopies } from '../titles/copies-store.js'
import { countAired } from '../titles/news-store.js'

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

const path = '/api/v1/continue-watching'
const list = async (search = '', sub = me) => {
  const { status, json, headers } = await app.send(`${path}${search}`, { sub })
  return {
    status,
    headers,
    ...json,
    ids: json.items?.map((one: { content: { id: string } }) => one.content.id),
  }
}
const make = (count: number, options = {}) => continueWorld(place.primary, count, options)
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
/** Watches an episode of 1000 s to a second of it. */
const watch = (episodeId: string, position: number, at: string) =>
  app.report(me, { episodeId, position, duration: 1000, at, sessionId: randomUUID(), sequence: 1 })

describe('the list', () => {
  it('is in order of the latest activity, page by page, each title once', async () => {
    const titles = await make(45)
    for (const [n, title] of titles.entries()) await watch(title.episodes[0]!, 300, minutesAgo(100 + n))
    const wanted = titles.map(({ id }) => id)
    expect((await list('?limit=100')).ids).toEqual(wanted)
    const pages: string[] = []
    for (let search = '?limit=7'; ; ) {
      const { ids, next, headers } = await list(search)
      pages.push(...ids)
      if (!next) break
      expect(headers.get('link')).toBe(`<${path}?limit=7&cursor=${next}>; rel="next"`)
      search = `?limit=7&cursor=${next}`
    }
    expect(pages).toEqual(wanted)
  })

  it('passes over what is finished, however much that is', async () => {
    const finished = await make(60, { airingStatus: 'ended', episodes: 1 })
    for (const [n, title] of finished.entries()) await watch(title.episodes[0]!, 990, minutesAgo(n + 1))
    const [open] = await make(1)
    await watch(open!.episodes[0]!, 300, minutesAgo(500))
    expect((await list('?limit=3')).ids).toEqual([open!.id])
    expect((await list('?limit=3')).ids).toEqual([open!.id])
  })

  it('takes the policy of the settings, or the one that is asked for', async () => {
    const [title] = await make(1, { episodes: 4 })
    const [first, , third] = title!.episodes
    await watch(third!, 300, minutesAgo(20))
    await watch(first!, 990, minutesAgo(10))
    const episode = async (search = '') => (await list(search)).items[0].episode.number
    expect(await episode()).toBe(2)
    await place.primary.query(
      `INSERT INTO user_settings (user_id, continue_policy) VALUES ($1, 'furthest')`,
      [me],
    )
    expect(await episode()).toBe(3)
    expect(await episode('?policy=first_unseen')).toBe(2)
    expect(await episode()).toBe(3)
  })

  it('is read at once by who wrote it, though it was asked for just before', async () => {
    const [title] = await make(1)
    const [first, second] = title!.episodes
    expect((await list()).items).toEqual([])
    for (const [episode, position] of [
      [first, 300],
      [first, 990],
      [second, 400],
    ] as const) {
      await watch(episode!, position, new Date().toISOString())
      const expected = position === 990 ? { state: 'next', position: 0 } : { state: 'resume', position }
      expect((await list()).items).toMatchObject([expected])
    }
  })

  it('is one’s own, and refuses what is no cursor of it', async () => {
    const titles = await make(3)
    for (const title of titles) await watch(title.episodes[0]!, 300, minutesAgo(5))
    const { next } = await list('?limit=1')
    expect((await list('', randomUUID())).items).toEqual([])
    expect((await list(`?limit=1&cursor=${next}`, randomUUID())).status).toBe(400)
    expect((await list(`?limit=1&cursor=${next}&policy=furthest`)).status).toBe(400)
    expect((await app.send(path)).status).toBe(401)
    expect((await app.send(path, { sub: 'nobody' })).status).toBe(403)
    for (const search of ['?limit=0', '?limit=101', '?policy=x', '?explain=2', '?contentId=x', '?x=1'])
      expect((await list(search)).status).toBe(400)
  })
})

describe('a title that was left long ago', () => {
  /** Saw all of one title, and left others unfinished since. */
  async function sawAllOfOne() {
    const [old] = await make(1, { episodes: 2 })
    for (const episode of old!.episodes) await watch(episode, 990, minutesAgo(10_000))
    const others = await make(40)
    for (const [n, other] of others.entries()) await watch(other.episodes[0]!, 300, minutesAgo(100 + n))
    const { ids } = await list('?limit=5')
    expect(ids).toEqual(others.slice(0, 5).map(({ id }) => id))
    return old!
  }

  it('is back at the top when an episode of it is published', async () => {
    const old = await sawAllOfOne()
    const episode = await old.add({ airDate: null })
    const { items } = await list('?limit=5')
    expect(items[0]).toMatchObject({ content: { id: old.id }, episode: { id: episode }, state: 'next' })
  })

  it('is back where its next episode airs, at that time, before anything has counted it', async () => {
    const old = await sawAllOfOne()
    const episode = await old.add({ airDate: new Date(Date.now() + 3_600_000).toISOString() })
    expect((await list('?limit=5')).ids).not.toContain(old.id)
    // What an hour would do.
    const aired = minutesAgo(1)
    await place.primary.query(
      `UPDATE content_episodes SET air_date = $2, published_at = now() - interval '3 hours' WHERE id = $1`,
      [episode, aired],
    )
    await place.primary.query('UPDATE content_news SET next_air_at = $2 WHERE content_id = $1', [
      old.id,
      aired,
    ])
    const expected = { content: { id: old.id }, episode: { id: episode }, state: 'next' }
    expect((await list('?limit=5')).items[0]).toMatchObject(expected)
    expect(await countAired(place.primary)).toBe(1)
    expect((await list('?limit=5')).items[0]).toMatchObject(expected)
    const { explanations } = await list(`?explain=1&contentId=${old.id}`)
    expect(explanations).toMatchObject([{ sortedAt: aired, rule: 'after_last_played' }])
  })

  it('is back when an archived episode is published again, and gone when it is taken down', async () => {
    const old = await sawAllOfOne()
    const episode = await old.add({ airDate: null })
    expect((await list('?limit=5')).ids[0]).toBe(old.id)
    await keepCopies(place.primary, { goneEpisodes: [{ id: episode, contentId: old.id, version: 50 }] })
    expect((await list('?limit=5')).ids).not.toContain(old.id)
    await old.add({ id: episode, airDate: null, version: 51 })
    expect((await list('?limit=5')).ids[0]).toBe(old.id)
    await keepCopies(place.primary, { goneTitles: [{ id: old.id, version: 90 }] })
    expect((await list('?limit=100')).ids).not.toContain(old.id)
  })

  it('is back for who becomes VIP', async () => {
    const [old] = await make(1, { isVip: true, isFree: true, episodes: 1 })
    await watch(old!.episodes[0]!, 990, minutesAgo(100))
    await old!.add({ airDate: null, isFree: false })
    expect((await list()).items).toEqual([])
    await place.primary.query(`UPDATE users SET subscription_tier = 'vip' WHERE id = $1`, [me])
    expect((await list()).ids).toEqual([old!.id])
  })
})

describe('a phone that was offline', () => {
  it('does not put titles in the order in which their episodes were published', async () => {
    const [first, second] = await make(2)
    await watch(first!.episodes[0]!, 990, minutesAgo(3000))
    await watch(second!.episodes[0]!, 990, minutesAgo(5000))
    expect((await list()).ids).toEqual([first!.id, second!.id])
  })
})

describe('taking a title off the list', () => {
  const dismiss = (contentId: string, sub: string | null = me) =>
    app.send(`${path}/${contentId}`, { method: 'DELETE', sub })

  it('hides it until it is played again, and may be repeated', async () => {
    const [title, other] = await make(2)
    for (const one of [title!, other!]) await watch(one.episodes[0]!, 300, minutesAgo(5))
    for (const _ of [1, 2]) expect((await dismiss(title!.id)).status).toBe(204)
    expect((await list()).ids).toEqual([other!.id])
    const { explanations } = await list(`?explain=1&contentId=${title!.id}`)
    expect(explanations).toMatchObject([
      { state: 'absent', rule: 'dismissed', episode: { id: title!.episodes[0] } },
    ])
    await watch(title!.episodes[0]!, 310, new Date(Date.now() + 1000).toISOString())
    expect((await list()).ids).toEqual([title!.id, other!.id])
  })

  it('keeps nothing of a title that was never watched, and is one’s own', async () => {
    const [title] = await make(1)
    expect((await dismiss(randomUUID())).status).toBe(204)
    expect(
      (await place.primary.query('SELECT FROM title_dismissals WHERE user_id = $1', [me])).rowCount,
    ).toBe(0)
    await watch(title!.episodes[0]!, 300, minutesAgo(5))
    expect((await dismiss(title!.id, randomUUID())).status).toBe(204)
    expect((await list()).ids).toEqual([title!.id])
    expect((await dismiss(title!.id, null)).status).toBe(401)
    expect((await dismiss('winter-tide')).status).toBe(400)
  })
})

it('a title that nobody knows is explained as never watched', async () => {
  const { items, explanations } = await list(`?explain=1&contentId=${world.contents.lastFerry.id}`)
  expect(items).toEqual([])
  expect(explanations).toMatchObject([{ state: 'absent', rule: 'never_watched', skipped: [] }])
})
