import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { serveUserHistory } from '../testing/serve.js'

const { jadeCourt } = world.contents
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

const rows = async (text: string, values: unknown[] = [me]) => (await place.primary.query(text, values)).rows

describe('an episode that is not known here', () => {
  const { jadeCourt1 } = world.episodes
  const body = { episodeId: jadeCourt1.id, duration: 2700, position: 30 }
  const asked = (path: string) => place.catalog.asked.filter((url) => url.startsWith(path)).length
  const copy = async () =>
    (await rows('SELECT id, title, status FROM content_titles WHERE id = $1', [jadeCourt.id]))[0]

  it('is a 503 while the catalogue is down, and kept once it is back', async () => {
    place.catalog.state.status = 503
    const { status, headers } = await app.report(me, body)
    expect([status, headers.get('retry-after')]).toEqual([503, '2'])
    const unreachable = await place.start('user-history#9', { catalog: 'http://127.0.0.1:1' })
    expect((await unreachable.report(me, body)).status).toBe(503)
    place.catalog.state.status = 200
    const path = `/api/v1/episodes/${jadeCourt1.id}`
    const before = asked(path)
    place.catalog.state.holdMs = 50
    const answers = await Promise.all(Array.from({ length: 10 }, () => app.report(randomUUID(), body)))
    place.catalog.state.holdMs = 0
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200))
    expect(asked(path) - before).toBe(1)
    expect(asked(`/api/v1/content/${jadeCourt.id}?include=episodes`)).toBe(1)
    expect(await copy()).toEqual({ id: jadeCourt.id, title: jadeCourt.title, status: 'published' })
    place.catalog.state.status = 500
    expect((await unreachable.report(me, body)).status).toBe(200)
    place.catalog.state.status = 200
  })

  it('is a 404 on the word of the catalogue alone', async () => {
    const { status, json } = await app.report(me, { ...body, episodeId: randomUUID() })
    expect([status, json.code]).toEqual([404, 'episode_not_found'])
    await place.primary.query(`UPDATE content_titles SET status = 'draft', version = 0 WHERE id = $1`, [
      jadeCourt.id,
    ])
    expect((await app.report(me, body)).status).toBe(200)
    expect(await copy()).toMatchObject({ status: 'published' })
    await place.primary.query(`UPDATE content_episodes SET status = 'archived' WHERE id = $1`, [
      jadeCourt1.id,
    ])
    place.catalog.titles.find(({ id }) => id === jadeCourt.id)!.status = 'archived'
    expect((await app.report(me, body)).status).toBe(404)
  })
})
