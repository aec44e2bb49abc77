import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { silentLogger } from '@marquee/service-kit'
import { requireConnected } from './database-store.js'
import { migrate } from './migrate-store.js'
import { testDatabase } from './testing/test-database.js'

let test: Awaited<ReturnType<typeof testDatabase>>
const dir = mkdtempSync(path.join(tmpdir(), 'reviews-migrations-'))
beforeAll(async () => {
  test = await testDatabase({ migrated: false })
})
afterAll(async () => {
  rmSync(dir, { recursive: true })
  await test.close()
})

const db = () => requireConnected(test.database.connection)
const collections = async () =>
  (await db().listCollections().toArray())
    .map(({ name }) => name)
    .filter((name) => name !== 'migrations')
    .sort()
const indexes = async (name: string) =>
  (await db().collection(name).indexes()).map((index) => index.name).sort()

const all = ['helpful_votes', 'idempotency_keys', 'leases', 'outbox', 'review_summaries', 'reviews', 'titles']

describe('the migrations', () => {
  it('make the collections with validators and indexes, take all back, and make them again', async () => {
    expect(await test.migrate('up')).toEqual(['0001_reviews', '0002_messages', '0003_titles'])
    expect(await test.migrate('up')).toEqual([])
    expect(await collections()).toEqual(all)
    for (const one of await db()
      .listCollections({ name: { $in: all } })
      .toArray())
      expect(one).toMatchObject({
        options: { validator: { $jsonSchema: expect.anything() }, validationAction: 'error' },
      })
    expect(await indexes('reviews')).toEqual([
      '_id_',
      'helpful',
      'highest',
      'lowest',
      'newest',
      'one_per_person',
    ])
    expect(await indexes('helpful_votes')).toEqual(['_id_', 'one_per_person'])
    expect(await indexes('outbox')).toEqual(['_id_', 'pending', 'pending_of_subject', 'published'])
    expect(await indexes('idempotency_keys')).toEqual(['_id_', 'expired'])
    expect(await test.migrate('down')).toEqual(['0003_titles'])
    expect(await test.migrate('down', 9)).toEqual(['0002_messages', '0001_reviews'])
    expect(await collections()).toEqual([])
    expect(await test.migrate('up')).toHaveLength(3)
  })

  it('run once when several migrators come at once, and all of them succeed', async () => {
    await test.migrate('down', 9)
    const others = await Promise.all([1, 2, 3].map(() => test.open()))
    const ran = await Promise.all(others.map((through) => test.migrate('up', undefined, through)))
    expect(ran.flat()).toHaveLength(3)
    expect(await collections()).toEqual(all)
  })

  it('are refused where the database is of a newer version', async () => {
    await db()
      .collection<{ _id: string; done: string[] }>('migrations')
      .updateOne({ _id: 'schema' }, { $push: { done: '0009_later' } })
    await expect(test.migrate('up')).rejects.toThrow('0009_later')
    await db()
      .collection<{ _id: string; done: string[] }>('migrations')
      .updateOne({ _id: 'schema' }, { $pull: { done: '0009_later' } })
  })
})

describe('a migrator that was killed', () => {
  const own = (direction: 'up' | 'down' = 'up') =>
    migrate({ database: test.database, dir, direction, log: silentLogger, lockMs: 600 })

  it('holds the others up until its lock is over, and the next run does what it had begun', async () => {
    await test.migrate('down', 9)
    // As if killed in the middle: the first half is there, nothing is recorded, and the lock is held by nobody who lives.
    await db().createCollection('half')
    writeFileSync(
      path.join(dir, '0001_halves.js'),
      `const make = async (db, name) => {
        if (!(await db.listCollections({ name }).hasNext())) await db.createCollection(name)
      }
      export const up = async (db) => { await make(db, 'half'); await make(db, 'other_half') }
      export const down = async (db) => { for (const name of ['half', 'other_half']) await db.collection(name).drop() }`,
    )
    await db()
      .collection<{ _id: string }>('migrations')
      .updateOne({ _id: 'schema' }, [
        { $set: { holder: 'dead', epoch: { $add: ['$epoch', 1] }, until: { $add: ['$$NOW', 500] } } },
      ])
    const began = performance.now()
    expect(await own()).toEqual(['0001_halves'])
    expect(performance.now() - began).toBeGreaterThan(350)
    expect(await collections()).toEqual(['half', 'other_half'])
    expect(await own('down')).toEqual(['0001_halves'])
  })

  it('does not record what it did when another one took over meanwhile', async () => {
    writeFileSync(
      path.join(dir, '0002_slow.js'),
      `export const up = (db) => db.collection('migrations').updateOne({ _id: 'schema' }, { $set: { holder: 'another' }, $inc: { epoch: 1 } })
      export const down = async () => undefined`,
    )
    await own().catch(() => undefined)
    const kept = await db()
      .collection<{ _id: string; done: string[] }>('migrations')
      .findOne({ _id: 'schema' })
    expect(kept!.done).toEqual(['0001_halves'])
  })
})

describe('the validators', () => {
  const id = '01920000-0000-7000-8000-000000000001'
  const now = new Date()
  const words = { rating: 8, title: null, text: 'x', hasSpoilers: false }
  const review = {
    _id: id,
    contentId: id,
    userId: id,
    ...words,
    helpfulCount: 0,
    status: 'published',
    version: 1,
    createdAt: now,
    updatedAt: now,
    edits: [],
    moderation: [],
  }
  const insert = (name: string, document: object) =>
    db()
      .collection(name)
      .insertOne(document as never)
  beforeAll(async () => {
    await db().dropDatabase()
    await test.migrate('up')
  })

  it.each([
    ['rating 11', { rating: 11 }],
    ['rating 7.5', { rating: 7.5 }],
    ['an unknown status', { status: 'approved' }],
    ['an unknown field', { approved: true }],
    ['an author who is no UUID', { userId: { $gt: '' } }],
    ['a negative count of votes', { helpfulCount: -1 }],
  ])('refuse a review with %s', async (_, wrong) => {
    await expect(insert('reviews', { ...review, ...wrong })).rejects.toMatchObject({ code: 121 })
  })

  it('take a review that is right, and a second of the same person not', async () => {
    await insert('reviews', review)
    const second = { ...review, _id: id.replace(/1$/, '2') }
    await expect(insert('reviews', second)).rejects.toMatchObject({ code: 11_000 })
  })

  it('refuse figures that cannot be', async () => {
    const summary = { _id: id, count: 1, sum: 8, distribution: { 8: 1 }, version: 1 }
    for (const wrong of [
      { count: -1 },
      { distribution: { 8: -1 } },
      { distribution: { 11: 1 } },
      { version: 0 },
    ])
      await expect(insert('review_summaries', { ...summary, ...wrong })).rejects.toMatchObject({ code: 121 })
    await insert('review_summaries', summary)
  })
})
