import assert from 'node:assert/strict'
import type { FaultCase, Scene } from '../case.js'
import { patience } from '../patience.js'
import { newTitle } from './app-kit/requests.js'
import { type Asked, type Asking, askAll, keepAsking, pause, said } from './store-kit/asking.js'

const fallBackMs = 1_200 * patience
/** Of the details as a whole: one part of them falls back. */
const detailsMs = 1_700 * patience

function readsOf(id: string): Asking {
  return {
    ...Object.fromEntries(
      ['daily', 'weekly', 'monthly'].map((period) => [
        `trending ${period}`,
        { path: `/api/v1/content/trending/${period}` },
      ]),
    ),
    content: { path: `/api/v1/content/${id}` },
    list: { path: '/api/v1/content?limit=20' },
    details: { path: `/api/v1/content/${id}/details` },
  }
}

/** Every instance has answered each of them, as in any minute of service. */
async function warm(scene: Scene, reads: Asking): Promise<void> {
  for (let turn = 0; turn < 4; turn++) await askAll(scene, reads)
}

function inTime(asked: readonly Asked[], what: string): void {
  for (const one of asked) {
    assert.equal(one.answer?.status, 200, `${what}: ${said(one)}`)
    const limit = one.name === 'details' ? detailsMs : fallBackMs
    assert.ok(one.ms < limit, `${what}: ${said(one)}`)
  }
}

async function countersFrozen(scene: Scene, id: string, ms: number): Promise<Asked[]> {
  const reads = readsOf(id)
  await warm(scene, reads)
  const { thaw } = scene.freeze('redis-counters')
  try {
    const reading = keepAsking(scene, reads, 50)
    const view = { path: `/api/v1/content/${id}/views/increment`, method: 'POST', body: {} }
    const viewing = keepAsking(scene, { view })
    await pause(ms)
    const [read, viewed] = await Promise.all([reading.stop(), viewing.stop()])
    inTime(read, 'with the counters frozen')
    for (const one of viewed) {
      assert.equal(one.answer?.status, 503, said(one))
      assert.ok(Number(one.answer?.headers['retry-after']) > 0, 'a refused view is told when to come again')
    }
    const stale = read.filter(({ answer }) => answer?.json?.parts?.trending?.state === 'stale')
    assert.ok(stale.length > 0, 'the figures in the details are told to be stale')
    return viewed
  } finally {
    thaw()
  }
}

async function cacheFrozen(scene: Scene, id: string, ms: number): Promise<Asked[]> {
  const reads = readsOf(id)
  await warm(scene, reads)
  const { thaw } = scene.freeze('redis-cache')
  try {
    const reading = keepAsking(scene, reads, 50)
    await pause(ms)
    const read = await reading.stop()
    inTime(read, 'with the cache frozen')
    return read
  } finally {
    thaw()
  }
}

const redisFrozen: FaultCase = {
  id: 'F15',
  fault: 'Redis frozen, the counters and then the cache',
  async run(scene) {
    const ms = scene.short ? 3_000 : 8_000
    const id = await newTitle(scene, `frozen ${Date.now().toString(36)}`)
    const recoveriesMs: number[] = []
    const refused = await countersFrozen(scene, id, ms)
    recoveriesMs.push(await scene.flowing())
    const read = await cacheFrozen(scene, id, ms)
    recoveriesMs.push(await scene.flowing())
    const slowest = Math.max(...read.map((one) => one.ms))
    return {
      proof: [
        `${refused.length} views were refused with 503 while the counters were frozen, and every read was answered`,
        `${read.length} reads were answered while the cache was frozen, the slowest in ${Math.round(slowest)} ms`,
      ],
      recoveriesMs,
    }
  },
}
export default redisFrozen
