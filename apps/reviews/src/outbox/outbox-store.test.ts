import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { EventRecord, NewEvent } from '@marquee/contracts'
import { settle } from '@marquee/test-kit'
import { v7 as uuidv7 } from 'uuid'
import type { Database } from '../database-store.js'
import { testDatabase } from '../testing/test-database.js'
import { transaction } from '../transaction-store.js'
import { mongoOutbox, outboxDocument, writeOutbox } from './outbox-store.js'

const worlds: Awaited<ReturnType<typeof testDatabase>>[] = []
afterAll(() => Promise.all(worlds.map((one) => one.close())))
let database: Database
async function freshOutbox() {
  const test = await testDatabase()
  worlds.push(test)
  database = test.database
  return test
}

const changed = (subject: string, subjectVersion: number): NewEvent => ({
  type: 'rating.changed',
  subject,
  subjectVersion,
  body: { contentId: subject, count: subjectVersion, sum: 8 * subjectVersion, average: 8 },
})
const state = (...events: NewEvent[]) =>
  transaction(database, 5000, (tx) => writeOutbox(database, tx, events))
const as = (epoch: number | null, claimMs?: number) =>
  mongoOutbox(database, { epoch: () => epoch }, claimMs === undefined ? {} : { claimMs })
const told = (records: EventRecord[]) =>
  records.map(({ subject, subjectVersion }) => [subject, subjectVersion])
const [a, b, c] = [uuidv7(), uuidv7(), uuidv7()]

describe('the outbox', () => {
  beforeAll(freshOutbox)

  it('gives a subject’s facts in the order of their versions, whatever the order of their ids', async () => {
    const late = outboxDocument(changed(a, 1), new Date())
    await state(changed(a, 2), changed(b, 1))
    await state(changed(a, 3))
    await database.outbox.insertMany([{ ...late, _id: uuidv7() }])
    const records = await as(1).claim(10)
    expect(told(records)).toEqual([
      [a, 1],
      [a, 2],
      [a, 3],
      [b, 1],
    ])
    expect(records[0]).toMatchObject({ type: 'rating.changed', schemaVersion: 1, producer: 'reviews' })
    expect(JSON.parse(records[0]!.body)).toMatchObject({ contentId: a, count: 1 })
  })

  it('gives nothing of a subject while something of it is claimed', async () => {
    await state(changed(a, 4), changed(c, 1))
    expect(told(await as(1).claim(10))).toEqual([[c, 1]])
    expect(await as(1).claim(10)).toEqual([])
    expect(await as(1).pending()).toBe(6)
  })

  it('gives everything unpublished to the next leader at once, and the one before can neither renew nor mark', async () => {
    const before = as(1)
    const held = (await database.outbox.find({ claimedEpoch: 1 }).lean().exec()).map(
      ({ _id }) => ({ id: _id }) as EventRecord,
    )
    const next = as(2)
    const records = await next.claim(10)
    expect(records).toHaveLength(6)
    expect(await before.renew!(held)).toBe(false)
    await before.markPublished(held)
    expect(await before.claim(10)).toEqual([])
    expect(await next.pending()).toBe(6)
    expect(await next.renew!(records)).toBe(true)
    await next.markPublished(records)
    expect(await next.pending()).toBe(0)
    expect(await next.oldestMs!()).toBe(0)
    const kept = await database.outbox.find().lean().exec()
    expect(
      kept.every(({ publishedAt, pending }) => publishedAt instanceof Date && pending === undefined),
    ).toBe(true)
  })

  it('gives nothing to who does not lead', async () => {
    await state(changed(b, 2))
    expect(await as(null).claim(10)).toEqual([])
    await as(null).markPublished([
      { id: (await database.outbox.findOne({ pending: true }).lean().exec())!._id } as EventRecord,
    ])
    expect(await as(null).pending()).toBe(1)
    expect(await as(null).oldestMs!()).toBeGreaterThan(0)
  })

  it('gives nothing to the leader of before that the next one has claimed once, though that claim ran out', async () => {
    const next = as(4, 1)
    expect(told(await next.claim(10))).toEqual([[b, 2]])
    await settle(async () => expect(told(await next.claim(10))).toEqual([[b, 2]]))
    expect(await as(3).claim(10)).toEqual([])
  })

  it('gives again what was claimed and not published in time', async () => {
    const forgetful = as(5, 200)
    expect(told(await forgetful.claim(10))).toEqual([[b, 2]])
    expect(await forgetful.claim(10)).toEqual([])
    await settle(async () => expect(told(await forgetful.claim(10))).toEqual([[b, 2]]))
  })
})

describe('a long outbox', () => {
  beforeAll(freshOutbox)

  it('is given in portions that never overtake', async () => {
    const subjects = Array.from({ length: 30 }, () => uuidv7())
    const next = new Map(subjects.map((subject) => [subject, 1]))
    const events = Array.from({ length: 900 }, (_, n) => {
      const subject = subjects[(n * n) % 30]!
      const version = next.get(subject)!
      next.set(subject, version + 1)
      return changed(subject, version)
    })
    // Written in any order, as by many writers.
    await state(...events.toSorted(() => Math.random() - 0.5))
    const outbox = as(1)
    const published = new Map<string, number>()
    for (let records = await outbox.claim(100); records.length > 0; records = await outbox.claim(100)) {
      expect(records.length).toBeLessThanOrEqual(100)
      for (const { subject, subjectVersion } of records) {
        expect(subjectVersion).toBe((published.get(subject) ?? 0) + 1)
        published.set(subject, subjectVersion)
      }
      await outbox.markPublished(records)
    }
    expect(await outbox.pending()).toBe(0)
    expect([...published.values()].reduce((sum, n) => sum + n, 0)).toBe(900)
  })

  it('is read by its partial indexes alone', async () => {
    await state(changed(a, 1))
    const { executionStats } = (await database.outbox
      .find({ pending: true })
      .sort({ _id: 1 })
      .hint('pending')
      .explain('executionStats')) as unknown as { executionStats: { totalKeysExamined: number } }
    expect(executionStats.totalKeysExamined).toBe(1)
  })
})

describe('waiting for work', () => {
  beforeAll(freshOutbox)

  it('ends soon after something was written, and otherwise when it was long enough', async () => {
    const outbox = as(1)
    // Until the stream is there, waiting is short.
    await settle(async () => {
      const began = performance.now()
      await outbox.waitForWork(600)
      return performance.now() - began > 500
    })
    const began = performance.now()
    const waiting = outbox.waitForWork(30_000)
    await state(changed(a, 1))
    await waiting
    expect(performance.now() - began).toBeLessThan(5_000)
    await outbox.close!()
  })

  it('is polling where the stream was lost, and finds another', async () => {
    const outbox = as(1)
    await settle(async () => {
      const began = performance.now()
      await outbox.waitForWork(600)
      return performance.now() - began > 500
    })
    const admin = database.connection.db!.admin()
    const { inprog } = await admin.command({
      currentOp: 1,
      'command.getMore': { $exists: true },
      'command.collection': 'outbox',
      ns: `${database.connection.name}.outbox`,
    })
    for (const { opid } of inprog) await admin.command({ killOp: 1, op: opid })
    await state(changed(a, 2))
    await settle(async () => expect(told(await outbox.claim(10)).at(-1)).toEqual([a, 2]))
    await outbox.close!()
  })
})

describe('a fact', () => {
  it('is refused when its body is not what its type says', () => {
    expect(() =>
      outboxDocument({ ...changed(a, 1), body: { contentId: a, count: -1 } }, new Date()),
    ).toThrow()
  })
})
