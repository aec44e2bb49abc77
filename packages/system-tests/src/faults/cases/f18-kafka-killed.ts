import assert from 'node:assert/strict'
import { until } from '../../lifecycle/until.js'
import type { FaultCase, Scene } from '../case.js'
import { appInstances } from '../metrics.js'
import { pause } from './store-kit/asking.js'
import { caughtUp } from './store-kit/groups.js'
import { notAcknowledged, saidOf, writesBetween } from './store-kit/writes.js'

/** Facts that wait in all outboxes, as their relays tell. */
export async function waiting(scene: Scene): Promise<number> {
  const all = await Promise.all(appInstances().map((name) => scene.metric(name, 'marquee_outbox_depth')))
  // Each instance of an app tells the same number.
  return all.reduce((sum, depth) => sum + depth, 0)
}

/** Nothing waits but what was stated just now, and every group has done it; the milliseconds that it took. */
export async function drained(scene: Scene): Promise<number> {
  const began = performance.now()
  let left = 0
  await until('the outboxes are drained', 30_000, async () => {
    left = await waiting(scene)
    return left <= 60
  }).catch((error: Error) => {
    throw new Error(`${error.message}: ${left} facts wait`)
  })
  await caughtUp(scene)
  return performance.now() - began
}

/** That nothing is lost, and comes in the order of each key, is what the checker looks at. */
const kafkaKilled: FaultCase = {
  id: 'F18',
  fault: 'Kafka killed and away',
  async run(scene) {
    const awayMs = scene.short ? 8_000 : 60_000
    const from = Date.now()
    const held = await scene.killAndHold('kafka')
    await pause(awayMs)
    const during = writesBetween(scene, from, Date.now() - 1_000)
    const most = await waiting(scene)
    const lost = notAcknowledged(during)
    assert.equal(lost.length, 0, `no write needs Kafka: ${saidOf(lost)}`)
    await held.back()
    const recoveryMs = await drained(scene)
    return {
      proof:
        most > 0
          ? [`${during.length} writes passed without Kafka in ${awayMs / 1000} s, ${most} facts waited`]
          : [],
      recoveriesMs: [recoveryMs],
    }
  },
}
export default kafkaKilled
