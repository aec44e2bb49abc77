import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { proxyTo, settle } from '@marquee/test-kit'
import { nowhere, serveUserHistory } from './testing/serve.js'

/** Not under the time for which a pool waits for a connection. */
const storeTimeoutMs = 3000
const body = { episodeId: world.episodes.winterTide1.id, duration: 3720, position: 60 }
const viewing = `/internal/content/${world.contents.winterTide.id}/viewing`
let place: Awaited<ReturnType<typeof serveUserHistory>>
beforeAll(async () => {
  place = await serveUserHistory({ limits: { storeTimeoutMs } })
})
afterAll(() => place.close())

const me = randomUUID()
type App = Awaited<ReturnType<typeof place.start>>
const askBoth = async (app: App) => {
  const answers = await Promise.all([app.report(me, body), app.send(viewing, { sub: me })])
  return answers.map(({ status, headers }) => [status, Number(headers.get('retry-after')) > 0])
}
const isReady = async ({ origin }: App) => (await fetch(`${origin}/health/ready`)).status === 200
const unavailable = [
  [503, true],
  [503, true],
]

describe('without its engines the app', () => {
  it('starts, is alive, not ready, and answers 503', async () => {
    const urls = { database: nowhere.database, catalog: 'http://127.0.0.1:1' }
    const app = await place.start('user-history#1', urls)
    expect(await isReady(app)).toBe(false)
    expect((await fetch(`${app.origin}/health/live`)).status).toBe(200)
    expect(await askBoth(app)).toEqual(unavailable)
  })

  it('is ready and keeps reports without replica, Kafka, and a catalogue that it need not ask', async () => {
    await (await place.start('user-history#2')).report(me, body)
    const app = await place.start('user-history#3', { catalog: 'http://127.0.0.1:1' })
    expect(await isReady(app)).toBe(true)
    expect((await app.report(me, body)).status).toBe(200)
  })
})

describe('while the database is frozen or cut off', () => {
  it('answers 503 in time, also to many of one viewer, and goes on by itself', async () => {
    const link = await proxyTo(place.database.url)
    const app = await place.start('user-history#4', { database: link.url })
    expect((await app.report(me, body)).status).toBe(200)
    try {
      link.freeze()
      const begun = performance.now()
      const many = await Promise.all(Array.from({ length: 6 }, () => app.report(me, body)))
      expect(many.map(({ status }) => status)).toEqual(Array(6).fill(503))
      expect(await askBoth(app)).toEqual(unavailable)
      // Twice: all at once, then both.
      expect(performance.now() - begun).toBeLessThan(2 * (storeTimeoutMs + 1000))
      expect(await isReady(app)).toBe(false)
      link.thaw()
      await settle(async () => expect((await app.report(me, body)).status).toBe(200))
      link.cut()
      await settle(async () => expect((await app.report(me, body)).status).toBe(200))
      await settle(() => isReady(app))
    } finally {
      await app.stop()
      await link.close()
    }
  })
})
