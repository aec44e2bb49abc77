import assert from 'node:assert/strict'
import type { FaultCase, Scene } from '../case.js'
import { appInstances } from '../metrics.js'
import { pause } from './store-kit/asking.js'
import { drained } from './store-kit/outboxes.js'
import { notAcknowledged, saidOf, writesBetween } from './store-kit/writes.js'

async function sendFailures(scene: Scene): Promise<Record<string, number>> {
  const relays = appInstances().filter((name) => /^(catalog|reviews|trending)/.test(name))
  const all = await Promise.all(
    relays.map(
      async (name) => [name, await scene.metric(name, 'marquee_outbox_send_failures_total')] as const,
    ),
  )
  return Object.fromEntries(all)
}

const kafkaFrozen: FaultCase = {
  id: 'F19',
  fault: 'Kafka frozen',
  async run(scene) {
    const frozenMs = scene.short ? 20_000 : 60_000
    const before = await sendFailures(scene)
    const from = Date.now()
    const { thaw } = scene.freeze('kafka')
    let lost: ReturnType<typeof notAcknowledged>
    let passed: number
    let failures: Record<string, number>
    try {
      await pause(frozenMs)
      const during = writesBetween(scene, from, Date.now() - 1_000)
      lost = notAcknowledged(during)
      passed = during.length
      failures = await sendFailures(scene)
    } finally {
      thaw()
    }
    assert.equal(lost.length, 0, `no write needs Kafka: ${saidOf(lost)}`)
    const given = Object.keys(failures).filter((name) => failures[name]! > before[name]!)
    for (const app of ['catalog', 'reviews', 'trending'])
      assert.ok(
        given.some((name) => name.split('#')[0] === app),
        `the relay of ${app} gave a send up within ${frozenMs / 1000} s`,
      )
    const recoveryMs = await drained(scene)
    return {
      proof: [
        `${passed} writes passed while Kafka was frozen for ${frozenMs / 1000} s; ${given.join(', ')} gave sends up and made new producers`,
      ],
      recoveriesMs: [recoveryMs],
    }
  },
}
export default kafkaFrozen
