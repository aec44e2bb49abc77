import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type EventRecord, world } from '@marquee/contracts'
import { installClock, settle } from '@marquee/test-kit'
import { v7 as uuidv7 } from 'uuid'
import {
  createLease,
  createPool,
  type Lease,
  type Pool,
  postgresOutbox,
  transaction,
  writeOutbox,
} from './index.js'
import { type OwnDatabase, ownDatabase, silent, titleEvent, writeRow } from './testing/database.js'

const { winterTide, paperLanterns } = world.contents

const setClock = installClock()

let own: OwnDatabase
let pool: Pool
let lease: Lease
let outbox: ReturnType<typeof postgresOutbox>
beforeAll(async () => {
  own = await ownDatabase()
  pool = own.pool
  await pool.query('CREATE TABLE titles (id uuid PRIMARY KEY)')
})
afterAll(() => own.close())
beforeEach(async () => {
  await pool.query('DELETE FROM outbox')
  lease = createLease(pool, 'relay', 'test', { ttlMs: 5000 })
  await settle(() => lease.epoch() !== null)
  outbox = postgresOutbox(pool, lease)
})
afterEach(async () => {
  await outbox.close()
  await lease.release()
})

const versions = (records: { subject: string; subjectVersion: number }[], subject = winterTide.id) =>
  records.filter((record) => record.subject === subject).map((record) => record.subjectVersion)

describe('a fact', () => {
  it('is kept with the state that makes it true, or neither is', async () => {
    const write = (id: string, fail: boolean) =>
      transaction(pool, async (tx) => {
        await tx.query('INSERT INTO titles VALUES ($1)', [id])
        await writeOutbox(tx, [titleEvent(id, 1)])
        if (fail) throw new Error('killed')
      })
    await expect(write(winterTide.id, true)).rejects.toThrow('killed')
    await write(paperLanterns.id, false)
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM titles')
    const records = await outbox.claim(10)
    expect(rows.map(({ id }) => id)).toEqual([paperLanterns.id])
    expect(records).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        type: 'content.deleted',
        schemaVersion: 1,
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        subject: paperLanterns.id,
        subjectVersion: 1,
        producer: 'test',
        body: JSON.stringify({ id: paperLanterns.id, slug: 'title-1' }),
      },
    ])
  })

  it('is of the time of the database, whatever the clock of its writer says', async () => {
    setClock(3_600_000)
    try {
      await transaction(pool, (tx) => writeOutbox(tx, [titleEvent(winterTide.id, 1)]))
    } finally {
      setClock(0)
    }
    const [{ time }] = (await outbox.claim(10)) as [EventRecord]
    expect(Math.abs(Date.parse(time) - Date.now())).toBeLessThan(60_000)
  })

  it('that its schema refuses is not written', async () => {
    const wrong = { ...titleEvent(winterTide.id, 1), body: { id: 7 } }
    await expect(transaction(pool, (tx) => writeOutbox(tx, [wrong]))).rejects.toThrow()
    expect(await outbox.pending()).toBe(0)
  })
})

describe('claims', () => {
  it('follow the versions of a subject even where ids run the other way', async () => {
    const ids = Array.from({ length: 6 }, () => uuidv7())
    // Ids of the title's versions in the order 3, 4, 1, 2, as writers with different clocks make them.
    await writeRow(pool, titleEvent(winterTide.id, 3), ids[0])
    await writeRow(pool, titleEvent(paperLanterns.id, 1), ids[1])
    await writeRow(pool, titleEvent(winterTide.id, 4), ids[2])
    await writeRow(pool, titleEvent(winterTide.id, 1), ids[3])
    await writeRow(pool, titleEvent(winterTide.id, 2), ids[4])
    const first = await outbox.claim(3)
    expect(versions(first)).toEqual([1, 2, 3])
    expect(await outbox.claim(3)).toEqual(
      expect.not.arrayContaining([expect.objectContaining({ subject: winterTide.id })]),
    )
    await outbox.markPublished(first)
    expect(versions(await outbox.claim(3))).toEqual([4])
  })

  it('leave a subject alone while an earlier version of it is claimed and unpublished', async () => {
    await writeRow(pool, titleEvent(winterTide.id, 1))
    const claimed = await outbox.claim(10)
    await writeRow(pool, titleEvent(winterTide.id, 2))
    await writeRow(pool, titleEvent(paperLanterns.id, 1))
    expect((await outbox.claim(10)).map(({ subject }) => subject)).toEqual([paperLanterns.id])
    await outbox.markPublished(claimed)
    expect(versions(await outbox.claim(10))).toEqual([2])
  })

  it('of a killed sender are made again after their time, in order and with what came later', async () => {
    const impatient = postgresOutbox(pool, lease, { claimMs: 300 })
    await writeRow(pool, titleEvent(winterTide.id, 1))
    expect(versions(await impatient.claim(10))).toEqual([1])
    await writeRow(pool, titleEvent(winterTide.id, 2))
    expect(await impatient.claim(10)).toEqual([])
    const again = await settle(async () => {
      const records = await impatient.claim(10)
      return records.length > 0 && records
    })
    expect(versions(again as { subject: string; subjectVersion: number }[])).toEqual([1, 2])
  })

  it('of a leader that lost its lease fall to the next at once; the old one can claim, renew and mark nothing', async () => {
    await writeRow(pool, titleEvent(winterTide.id, 1))
    const claimed = await outbox.claim(10)
    expect(claimed).toHaveLength(1)
    // As it looks to a process that was frozen: it still believes in its epoch.
    const epoch = Number(lease.epoch())
    const believing: Lease = { ...lease, epoch: () => epoch }
    const thawed = postgresOutbox(pool, believing)
    await pool.query("UPDATE leases SET expires_at = now() - interval '1 second'")
    const next = createLease(pool, 'relay', 'next')
    await settle(() => next.epoch() === epoch + 1)
    const successor = postgresOutbox(pool, next)

    expect(versions(await successor.claim(10))).toEqual([1])
    await thawed.markPublished(claimed)
    expect([await thawed.claim(10), await thawed.renew(claimed), await thawed.pending()]).toEqual([
      [],
      false,
      1,
    ])
    expect(await successor.renew(claimed)).toBe(true)
    await successor.markPublished(claimed)
    expect(await successor.pending()).toBe(0)
    await next.release()
  })

  it('take no row twice when two claim at once', async () => {
    for (let n = 1; n <= 40; n += 1) await writeRow(pool, titleEvent(uuidv7(), 1))
    const batches = await Promise.all([outbox.claim(15), outbox.claim(15), outbox.claim(15)])
    const ids = batches.flat().map(({ id }) => id)
    expect([ids.length, new Set(ids).size]).toEqual([40, 40])
  })
})

describe('the outbox', () => {
  it('wakes its relay with the commit of a writer in another process', async () => {
    const other = createPool({ url: own.url, name: 'other', log: silent })
    await outbox.waitForWork(50)
    await settle(async () => {
      const { rows } = await pool.query(
        "SELECT FROM pg_stat_activity WHERE query = 'LISTEN outbox' AND state = 'idle'",
      )
      return rows.length === 1
    })
    await outbox.waitForWork(50)
    const started = performance.now()
    const woken = outbox.waitForWork(10_000)
    await transaction(other, (tx) => writeOutbox(tx, [titleEvent(winterTide.id, 1)]))
    await woken
    expect(performance.now() - started).toBeLessThan(5000)
    await other.end()
  })

  it('tells depth and age, and forgets what was published long ago', async () => {
    const brief = postgresOutbox(pool, lease, { keepPublishedMs: 60_000 })
    for (let version = 1; version <= 3; version += 1) await writeRow(pool, titleEvent(winterTide.id, version))
    await pool.query("UPDATE outbox SET time = now() - interval '5 minutes' WHERE subject_version = 1")
    expect(await brief.pending()).toBe(3)
    expect(await brief.oldestMs()).toBeGreaterThan(299_000)
    await brief.markPublished(await brief.claim(10))
    await pool.query(
      "UPDATE outbox SET published_at = now() - interval '2 minutes' WHERE subject_version < 3",
    )
    await brief.prune()
    expect((await pool.query('SELECT subject_version FROM outbox')).rows).toEqual([{ subject_version: 3 }])
  })
})
