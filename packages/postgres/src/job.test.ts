import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { createLease, job, type Lease, type Pool } from './index.js'
import { type OwnDatabase, ownDatabase, silent } from './testing/database.js'

let own: OwnDatabase
let pool: Pool
beforeAll(async () => {
  own = await ownDatabase()
  pool = own.pool
})
afterAll(() => own.close())

/** A job of each of two instances, and which of them worked, in order. */
function rivals(options: { name: string; everyMs: number; work?: () => Promise<void> }) {
  const rounds: string[] = []
  const instance = (holder: string) => {
    const lease = createLease(pool, options.name, holder, { ttlMs: 30_000 })
    const work = async () => {
      rounds.push(holder)
      await options.work?.()
    }
    return { lease, job: job({ ...options, lease, log: silent, work }) }
  }
  return { rounds, instance }
}
const leads = (lease: Lease) => lease.epoch() !== null

describe('a job', () => {
  it('is done by the leader alone; the next one begins soon, however rare the job', async () => {
    const { rounds, instance } = rivals({ name: 'rare', everyMs: 3_600_000 })
    const [first, second] = [instance('first'), instance('second')]
    await settle(() => leads(first.lease) || leads(second.lease))
    const [leader, next] = leads(first.lease) ? [first, second] : [second, first]
    leader.job.start()
    next.job.start()
    await settle(() => rounds.length === 1)
    await leader.job.stop()
    await leader.lease.release()
    await settle(() => rounds.length === 2)
    expect(new Set(rounds).size).toBe(2)
    await next.job.stop()
    await next.lease.release()
  })

  it('goes on after a round that failed', async () => {
    const { rounds, instance } = rivals({
      name: 'failing',
      everyMs: 5,
      work: () => Promise.reject(new Error('this round')),
    })
    const only = instance('only')
    only.job.start()
    await settle(() => rounds.length > 2)
    await only.job.stop()
    await only.lease.release()
  })

  it('is stopped when its round is done', async () => {
    let finish: () => void = () => {}
    const working = new Promise<void>((resolve) => {
      finish = resolve
    })
    const { rounds, instance } = rivals({ name: 'long', everyMs: 5, work: () => working })
    const only = instance('only')
    only.job.start()
    await settle(() => rounds.length === 1)
    let stopped = false
    const stopping = only.job.stop().then(() => {
      stopped = true
    })
    await pool.query('SELECT 1')
    expect(stopped).toBe(false)
    finish()
    await stopping
    expect(rounds).toEqual(['only'])
    await only.lease.release()
  })
})
