import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type App, aPerson, jadeCourt, serveReviews } from './testing/serve.js'

let place: Awaited<ReturnType<typeof serveReviews>>
let app: App
beforeAll(async () => {
  place = await serveReviews({ limits: { storeTimeoutMs: 800 } })
  app = await place.start()
})
afterAll(() => place.close())

/** Until it is called off, nobody else changes the figures of this title. */
async function holdFigures(contentId: string) {
  const { connection, summaries } = place.test.database
  const session = await connection.startSession()
  session.startTransaction()
  await summaries.updateOne({ _id: contentId }, { $set: { version: 99 } }, { session }).exec()
  return async () => {
    await session.abortTransaction()
    await session.endSession()
  }
}

it('what was refused because it waited too long for its turn never happens', async () => {
  const [before, after] = [aPerson(), aPerson()]
  expect((await app.post(jadeCourt.id, before)).status).toBe(201)
  const letGo = await holdFigures(jadeCourt.id)
  const waiting = Array.from({ length: 6 }, () => app.post(jadeCourt.id, aPerson()))
  for (const { status } of await Promise.all(waiting)) expect(status).toBe(503)
  await letGo()
  // It comes behind all that still stand in line.
  expect((await app.post(jadeCourt.id, after)).status).toBe(201)
  const { json } = await app.list(jadeCourt.id, '?limit=100')
  expect(json.items.map(({ userId }: { userId: string }) => userId).sort()).toEqual([before, after].sort())
  expect(json.summary.count).toBe(2)
})
