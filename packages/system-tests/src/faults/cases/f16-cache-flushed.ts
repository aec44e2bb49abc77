import assert from 'node:assert/strict'
import { Redis } from 'ioredis'
import type { FaultCase, Scene } from '../case.js'
import { instancesOf } from '../metrics.js'
import { newTitle } from './app-kit/requests.js'
import { rowsOf } from './app-kit/stores.js'
import { askAll, keepAsking, pause, said, timed } from './store-kit/asking.js'
import { notAcknowledged, saidOf, writesBetween } from './store-kit/writes.js'

const clients = 200
/** Asked with parts, a title is read by this statement, and nothing else of the load is. */
const statement = 'content.read-parts'

async function flush({ run }: Scene): Promise<void> {
  const redis = new Redis(run().engines.cache)
  try {
    await redis.flushdb()
  } finally {
    redis.disconnect()
  }
}

const extension = ({ run }: Scene) =>
  rowsOf(run().engines.catalog, 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements')

/** How often the statement was run on the coordinator. */
async function queries({ run }: Scene): Promise<number> {
  const [row] = await rowsOf<{ calls: string }>(
    run().engines.catalog,
    `SELECT coalesce(sum(calls), 0) AS calls FROM pg_stat_statements AS s JOIN pg_database AS d ON d.oid = s.dbid
     WHERE datname = current_database() AND query LIKE $1`,
    [`%/* ${statement} */%`],
  )
  return Number(row!.calls)
}

/** All at once for one title that is in no cache; how many queries that cost. */
async function stampede(scene: Scene, id: string): Promise<number> {
  const hot = { path: `/api/v1/content/${id}?include=credits` }
  await askAll(scene, { hot })
  const before = await queries(scene)
  await flush(scene)
  const asked = await Promise.all(
    Array.from({ length: clients }, (_, turn) => timed(scene, 'hot', hot, turn)),
  )
  for (const one of asked) assert.equal(one.answer?.status, 200, said(one))
  return (await queries(scene)) - before
}

const cacheFlushed: FaultCase = {
  id: 'F16',
  fault: 'cache flushed under reads',
  async run(scene) {
    await extension(scene)
    const tag = Date.now().toString(36)
    const ids = await Promise.all([0, 1, 2].map((n) => newTitle(scene, `flushed ${tag} ${n}`)))
    const reads = Object.fromEntries(
      ids.flatMap((id) => [
        [`content ${id}`, { path: `/api/v1/content/${id}` }],
        [`episodes of ${id}`, { path: `/api/v1/content/${id}/episodes` }],
      ]),
    )
    const from = Date.now()
    const reading = keepAsking(scene, reads, 10)
    const flushes = scene.short ? 4 : 20
    for (let n = 0; n < flushes; n++) {
      await pause(300 + scene.random() * 400)
      await flush(scene)
    }
    const read = await reading.stop()
    for (const one of read) assert.equal(one.answer?.status, 200, said(one))
    const lost = notAcknowledged(writesBetween(scene, from, Date.now() - 1_000))
    assert.equal(lost.length, 0, `no write needs the cache: ${saidOf(lost)}`)

    const processes = instancesOf('catalog').length
    const costs: number[] = []
    for (let n = 0; n < (scene.short ? 2 : 5); n++) {
      const cost = await stampede(scene, ids[0]!)
      assert.ok(
        cost <= processes,
        `${clients} clients at once cost ${cost} queries of ${processes} processes`,
      )
      costs.push(cost)
    }
    assert.ok(Math.max(...costs) > 0, 'a title that is in no cache is read from the database')
    return {
      proof: [
        `flushed ${flushes} times under ${read.length} reads, of which none failed`,
        `${clients} clients at once for one title in no cache cost ${costs.join(', ')} queries`,
      ],
      recoveriesMs: [],
    }
  },
}
export default cacheFlushed
