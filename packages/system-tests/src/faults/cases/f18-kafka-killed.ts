import assert from 'node:assert/strict'
import type { FaultCase } from '../case.js'
import { pause } from './store-kit/asking.js'
import { sum } from './store-kit/groups.js'
import { drained, waiting } from './store-kit/outboxes.js'
import { notAcknowledged, saidOf, writesBetween } from './store-kit/writes.js'

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
    const most = sum(await waiting(scene))
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
