import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { continueWorld } from '../testing/continue-world.js'
import { serveUserHistory } from '../testing/serve.js'

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

const play = async (episodeId: string, sub: string | null = me, roles: string[] = []) => {
  const { status, json } = await app.send(`/internal/play/${episodeId}`, { sub, roles })
  return { status, ...json }
}
const make = async (options = {}) => (await continueWorld(place.primary, 1, options))[0]!
const report = (episodeId: string, position: number, more = {}) =>
  app.report(me, { episodeId, position, duration: 1000, ...more })
const patch = (path: string, body: object, roles: string[] = []) =>
  app.send(`/api/v1/users/${me}${path}`, { method: 'PATCH', sub: me, roles, body })

describe('what a player is told', () => {
  it('is where the viewer left it in the present run, and what comes next', async () => {
    const { id, episodes } = await make()
    await report(episodes[0]!, 400)
    expect(await play(episodes[0]!)).toEqual({
      ...{ status: 200, episodeId: episodes[0], contentId: id },
      entitlement: { allowed: true, reason: 'free_title' },
      resume: { position: 400, duration: 1000, completed: false, run: 1 },
      next: expect.objectContaining({ episodeId: episodes[1], number: 2 }),
      autoNext: { enabled: true, countdownSeconds: 5, startsAt: 990 },
    })
    await report(episodes[0]!, 990)
    await app.send(`/api/v1/watch-status/${id}/rewatch`, { method: 'POST', sub: me })
    expect(await play(episodes[0]!)).toMatchObject({ resume: null })
    expect(await play(episodes.at(-1)!)).toMatchObject({ next: null, autoNext: { startsAt: null } })
  })

  it('is told of nobody in particular without a token', async () => {
    const { episodes } = await make({ isVip: true })
    await report(episodes[0]!, 400)
    expect(await play(episodes[0]!, null)).toMatchObject({
      ...{ resume: null, next: null, entitlement: { allowed: false, reason: 'vip_only' } },
    })
    expect(await play(episodes[0]!, randomUUID())).toMatchObject({ resume: null })
    expect((await play(episodes[0]!, 'nobody')).status).toBe(403)
  })

  it('asks the catalogue about an episode that is not known, whose word is the 404', async () => {
    expect(await play(randomUUID())).toMatchObject({ status: 404, code: 'episode_not_found' })
    expect((await play(world.episodes.jadeCourt1.id)).status).toBe(200)
  })

  it('has no auto-next for who switched it off, in the answer to a report neither', async () => {
    const { episodes } = await make()
    expect((await report(episodes[0]!, 400)).json.autoNext).toMatchObject({ enabled: true, startsAt: 990 })
    expect((await patch('/settings', { autoNext: false })).json).toMatchObject({ autoNext: false })
    const off = { enabled: false, startsAt: 990 }
    expect((await report(episodes[0]!, 500)).json.autoNext).toMatchObject(off)
    expect((await play(episodes[0]!)).autoNext).toMatchObject(off)
  })
})

describe('what comes next', () => {
  it('is the same in play, in the answer to a report and in the list: what this viewer may watch', async () => {
    const title = await make({ isVip: true, isFree: true, episodes: 1 })
    const [first] = title.episodes
    const vip = await title.add({ number: 2, sortOrder: 2, isFree: false })
    const free = await title.add({ number: 3, sortOrder: 3 })
    const told = async (roles: string[] = []) => {
      const { json } = await app.send('/api/v1/progress', {
        ...{ method: 'POST', sub: me, roles },
        body: { episodeId: first, position: 990, duration: 1000 },
      })
      const { json: list } = await app.send('/api/v1/continue-watching', { sub: me, roles })
      return [
        json.next?.episodeId,
        (await play(first!, me, roles)).next?.episodeId,
        list.items[0]?.episode.id,
      ]
    }
    expect(await told()).toEqual([free, free, free])
    expect((await play(vip)).entitlement).toEqual({ allowed: false, reason: 'vip_only' })
    expect(await told(['editor'])).toEqual([vip, vip, vip])
    await app.send(`/api/v1/users/${me}`, {
      method: 'PATCH',
      sub: randomUUID(),
      roles: ['admin'],
      body: { subscriptionTier: 'vip' },
    })
    expect(await told()).toEqual([vip, vip, vip])
    await place.primary.query(`UPDATE content_titles SET age_rating = '18+' WHERE id = $1`, [title.id])
    await patch('', { maxContentRating: '15+' })
    expect(await told()).toEqual([undefined, undefined, undefined])
    expect((await play(first!)).entitlement).toEqual({ allowed: false, reason: 'age_cap' })
  })

  it('has aired', async () => {
    const title = await make({ episodes: 1 })
    const ahead = await title.add({
      number: 2,
      sortOrder: 2,
      airDate: new Date(Date.now() + 60_000).toISOString(),
    })
    expect((await play(title.episodes[0]!)).next).toBeNull()
    expect((await play(ahead)).entitlement).toEqual({ allowed: false, reason: 'not_aired' })
  })
})

it('a report is kept though the viewer may not watch the episode any more', async () => {
  const title = await make({ isVip: true })
  const { status, json } = await report(title.episodes[0]!, 300)
  expect([status, json.applied, json.next]).toEqual([200, true, null])
})
