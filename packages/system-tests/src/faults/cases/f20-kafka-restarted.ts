import assert from 'node:assert/strict'
import type { FaultCase, Scene } from '../case.js'
import { appInstances } from '../metrics.js'
import { pause } from './store-kit/asking.js'
import { drained } from './store-kit/outboxes.js'

const handled = (scene: Scene) =>
  Promise.all(
    appInstances()
      .filter((name) => !name.startsWith('gateway'))
      .map(async (name) => [name, await scene.metric(name, 'marquee_consumer_events_total')] as const),
  ).then((all) => Object.fromEntries(all))

const kafkaRestarted: FaultCase = {
  id: 'F20',
  fault: 'Kafka restarted again and again',
  async run(scene) {
    const rounds = scene.short ? 2 : 10
    const recoveriesMs: number[] = []
    for (let round = 0; round < rounds; round++) {
      await scene.kill('kafka')
      const began = performance.now()
      await scene.ready('kafka')
      recoveriesMs.push(performance.now() - began)
      await pause(scene.random() * 2_000)
    }
    const drainedMs = await drained(scene)
    const before = await handled(scene)
    await pause(3_000)
    const after = await handled(scene)
    const apps = new Set(Object.keys(after).map((name) => name.split('#')[0]!))
    for (const app of apps) {
      const went = Object.keys(after).some(
        (name) => name.split('#')[0] === app && after[name]! > before[name]!,
      )
      assert.ok(went, `the consumers of ${app} go on`)
    }
    return {
      proof: [
        `restarted ${rounds} times; ${Math.round(drainedMs)} ms after the last nothing waited any more`,
      ],
      recoveriesMs: [...recoveriesMs, drainedMs],
    }
  },
}
export default kafkaRestarted
