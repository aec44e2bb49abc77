import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ApiError } from '@marquee/service-kit'
import { proxyTo, settle } from '@marquee/test-kit'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from './database-store.js'
import { isOutage } from './outage.js'
import { changeFigures } from './summaries/summary-store.js'
import { deafLink } from './testing/deaf-link.js'
import { testDatabase } from './testing/test-database.js'
import { transaction } from './transaction-store.js'

let test: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.close())

const count = (database: Database, contentId: string, timeoutMs = 5000) =>
  transaction(database, timeoutMs, (tx) =>
    changeFigures(database, tx, contentId, { before: null, after: 8, traceparent: undefined }),
  )
const figures = (contentId: string) => test.database.summaries.findById(contentId).lean().exec()
const events = (subject: string) => test.database.outbox.countDocuments({ subject }).exec()

describe('a transaction', () => {
  it('is begun anew until it wins the race, and then has happened once', async () => {
    const contentId = uuidv7()
    const racers = Array.from({ length: 8 }, async () => {
      for (let n = 0; n < 4; n++) await count(test.database, contentId)
    })
    await Promise.all(racers)
    expect(await figures(contentId)).toMatchObject({ count: 32, sum: 256, version: 32 })
    expect(await events(contentId)).toBe(32)
  })

  it('leaves nothing when its work fails', async () => {
    const contentId = uuidv7()
    const failing = transaction(test.database, 5000, async (tx) => {
      await changeFigures(test.database, tx, contentId, { before: null, after: 8, traceparent: undefined })
      throw new ApiError('forbidden', 'no')
    })
    await expect(failing).rejects.toMatchObject({ code: 'forbidden' })
    expect(await figures(contentId)).toBeNull()
    expect(await events(contentId)).toBe(0)
  })

  it('reads one moment, and is acknowledged by majority and journal', async () => {
    const link = await deafLink(test.url)
    const database = await test.open('request', link.url)
    await count(database, uuidv7())
    expect(link.asked('commitTransaction')).toMatchObject([{ writeConcern: { w: 'majority', j: true } }])
    const [first] = link.asked('findAndModify')
    expect(first).toMatchObject({ startTransaction: true, readConcern: { level: 'snapshot' } })
    await database.votes.deleteOne({ reviewId: uuidv7() }).exec()
    expect(link.asked('helpful_votes')).toMatchObject([{ writeConcern: { w: 'majority', j: true } }])
    await database.summaries.findById(uuidv7()).lean().exec()
    expect(link.asked('review_summaries').at(-1)).toMatchObject({ readConcern: { level: 'majority' } })
    link.close()
  })

  it('whose commit is not answered is committed once, and says so', async () => {
    const link = await deafLink(test.url)
    const database = await test.open('request', link.url)
    const contentId = uuidv7()
    link.loseAnswerTo('commitTransaction')
    await count(database, contentId)
    expect(link.lost()).toBe(1)
    expect(await figures(contentId)).toMatchObject({ count: 1, version: 1 })
    expect(await events(contentId)).toBe(1)
    link.close()
  })

  it('that cannot be confirmed in time is an outage whose outcome is not known', async () => {
    const link = await proxyTo(test.url)
    const database = await test.open('request', link.url, 1000)
    const contentId = uuidv7()
    const failure = await transaction(database, 1000, async (tx) => {
      await changeFigures(database, tx, contentId, { before: null, after: 8, traceparent: undefined })
      link.freeze()
    }).catch((error: unknown) => error)
    link.thaw()
    expect(failure).toMatchObject({ code: 'unavailable', message: expect.stringContaining('not known') })
    await link.close()
  })

  it('gives up when the document stays taken, which is an outage and no defect', async () => {
    const contentId = uuidv7()
    await count(test.database, contentId)
    const session = await test.database.connection.startSession()
    session.startTransaction()
    await test.database.summaries.updateOne({ _id: contentId }, { $inc: { version: 1 } }, { session }).exec()
    const began = performance.now()
    const failure = await count(test.database, contentId, 700).catch((error: unknown) => error)
    expect(performance.now() - began).toBeLessThan(2000)
    expect(isOutage(failure)).toBe(true)
    await session.abortTransaction()
    await session.endSession()
  })

  it('of a process that died is cleared away within 10 s, and then others go on', async () => {
    const contentId = uuidv7()
    await count(test.database, contentId)
    const session = await test.database.connection.startSession()
    session.startTransaction()
    await test.database.summaries.updateOne({ _id: contentId }, { $inc: { version: 1 } }, { session }).exec()
    // Nothing more comes of it: MongoDB does not end a transaction with its connection.
    const began = performance.now()
    await settle(() => count(test.database, contentId, 1000), { timeoutMs: 30_000 })
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(await figures(contentId)).toMatchObject({ count: 2, version: 2 })
    await session.endSession()
  })
})
