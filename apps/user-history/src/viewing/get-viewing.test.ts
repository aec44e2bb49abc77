import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { serveUserHistory } from '../testing/serve.js'

const { winterTide1: first, winterTide2: second } = world.episodes
const { winterTide } = world.contents
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

const ep1 = { episodeId: first.id, duration: 3720, sessionId: 'tv' }
/** RFC 3339 of so many seconds ago. */
const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString()

describe('the state of a title for its viewer', () => {
  const viewing = async (sub = me) =>
    (await app.send(`/internal/content/${winterTide.id}/viewing`, { sub })).json

  it('is empty before the first report', async () => {
    expect(await viewing()).toEqual({ run: 1, episodes: [], plays: 0, lastWatchedAt: null })
  })

  it('is that of the present run, latest activity first, with the plays of all runs', async () => {
    const at = [400, 300, 200, 100].map(ago)
    await app.report(me, { ...ep1, sequence: 1, at: at[0], position: 3700 })
    const other = { episodeId: second.id, duration: 3660, sessionId: 'b' }
    await app.report(me, { ...ep1, sessionId: 'c', sequence: 1, at: at[1], position: 30, restart: true })
    await app.report(me, { ...other, sequence: 1, at: at[2], position: 20 })
    expect(await viewing()).toEqual({
      run: 2,
      episodes: [
        { episodeId: second.id, position: 20, duration: 3660, completed: false, updatedAt: at[2] },
        { episodeId: first.id, position: 30, duration: 3720, completed: false, updatedAt: at[1] },
      ],
      plays: 1,
      lastWatchedAt: at[0],
    })
    await app.report(me, { ...other, sequence: 2, at: at[3], position: 25, state: 'stopped' })
    expect(await viewing()).toMatchObject({ plays: 2, lastWatchedAt: at[2] })
    expect(await viewing(randomUUID())).toMatchObject({ plays: 0, episodes: [] })
  })

  it('is for its viewer alone', async () => {
    const path = `/internal/content/${winterTide.id}/viewing`
    expect((await app.send(path)).status).toBe(401)
    expect((await app.send(path, { sub: 'nobody' })).status).toBe(403)
    expect((await app.send('/internal/content/winter-tide/viewing', { sub: me })).status).toBe(400)
  })
})
