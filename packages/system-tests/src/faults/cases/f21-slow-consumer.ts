import assert from 'node:assert/strict'
import type { FaultCase, Scene } from '../case.js'
import { instancesOf } from '../metrics.js'
import { pause } from './store-kit/asking.js'
import { caughtUp, lags, members } from './store-kit/groups.js'

const app = 'user-history'

const total = (scene: Scene, metric: string) =>
  Promise.all(instancesOf(app).map(async (name) => [name, await scene.metric(name, metric)] as const)).then(
    (all) => Object.fromEntries(all) as Record<string, number>,
  )

/** That the event which took so long has its effect once is what the checker looks at. */
const slowConsumer: FaultCase = {
  id: 'F21',
  fault: 'a consumer slower than its session',
  async run(scene) {
    const slowMs = scene.short ? 9_000 : 40_000
    const slow = scene.random() < 0.5 ? app : `${app}#2`
    const other = slow === app ? `${app}#2` : app
    await caughtUp(scene)
    const inGroups = await members(scene)
    const rebuilds = await total(scene, 'marquee_consumer_rebuilds_total')
    const armed = scene.arm('consumer.handling', { action: 'delay', ms: slowMs, instance: slow })
    await armed.fired()
    const began = performance.now()
    const before = await total(scene, 'marquee_consumer_events_total')
    await pause(slowMs * 0.8)
    const behind = Math.max(...Object.values(await lags(scene)))
    const during = await total(scene, 'marquee_consumer_events_total')
    assert.deepEqual(await members(scene), inGroups, 'nobody left or joined any group')
    assert.ok(during[other]! > before[other]!, `the partitions of ${other} go on`)
    await pause(slowMs * 0.2)
    const recoveryMs = await caughtUp(scene)
    assert.deepEqual(await members(scene), inGroups, 'nobody left or joined any group afterwards')
    assert.deepEqual(await total(scene, 'marquee_consumer_rebuilds_total'), rebuilds, 'no client was rebuilt')
    const tookMs = performance.now() - began
    assert.ok(tookMs >= slowMs, 'the consumer was slow')
    return {
      proof: [
        `${slow} took ${slowMs / 1000} s for one event of a session of 6 s, and was up to ${behind} events behind; ${other} did ${during[other]! - before[other]!} meanwhile`,
      ],
      recoveriesMs: [recoveryMs],
    }
  },
}
export default slowConsumer
