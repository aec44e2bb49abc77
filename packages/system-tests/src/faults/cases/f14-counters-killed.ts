import assert from 'node:assert/strict'
import { until } from '../../lifecycle/until.js'
import type { FaultCase } from '../case.js'
import { patience } from '../patience.js'
import { notAcknowledged, writesBetween } from './store-kit/writes.js'

const rounds = { long: 3, short: 1 }

/** That acknowledged views are those that are stored is what the checker looks at. */
const countersKilled: FaultCase = {
  id: 'F14',
  fault: 'Redis counters killed under views',
  async run(scene) {
    const recoveriesMs: number[] = []
    const from = Date.now()
    for (let round = 0; round < (scene.short ? rounds.short : rounds.long); round++) {
      await scene.kill('redis-counters')
      const killedAt = Date.now()
      await until(
        'views are counted again',
        15_000 * patience,
        () => scene.acknowledged(killedAt, 'view') >= 5,
      )
      recoveriesMs.push(Date.now() - killedAt)
      await scene.ready('redis-counters')
      await scene.flowing()
    }
    const views = writesBetween(scene, from, Date.now(), ['view'])
    const hurt = notAcknowledged(views).length + views.filter(({ attempts }) => attempts > 1).length
    const others = notAcknowledged(writesBetween(scene, from, Date.now())).filter(
      ({ kind }) => kind !== 'view',
    )
    assert.equal(others.length, 0, 'only views need the counters')
    return {
      proof: hurt > 0 ? [`killed ${recoveriesMs.length} times, ${hurt} views were not answered at once`] : [],
      recoveriesMs,
    }
  },
}
export default countersKilled
