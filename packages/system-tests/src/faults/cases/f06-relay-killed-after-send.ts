import assert from 'node:assert/strict'
import type { Bite, FaultCase, Scene } from '../case.js'
import { instancesOf } from '../metrics.js'
import { killRelayAt } from './app-kit/cut-relay.js'
import { relayStores } from './app-kit/outboxes.js'

/** Of consumers that count and so keep ids: the others go by the version of a subject. */
const dropped = async (scene: Scene) => {
  const all = await Promise.all(
    instancesOf('user-history').map((name) => scene.metric(name, 'marquee_consumer_duplicates_total')),
  )
  return all.reduce((sum, count) => sum + count, 0)
}

async function run(scene: Scene): Promise<Bite> {
  const bite: Bite = { proof: [], recoveriesMs: [] }
  const chosen = scene.short ? [relayStores[Math.floor(scene.random() * relayStores.length)]!] : relayStores
  for (const relay of chosen) {
    const before = await dropped(scene)
    const { cut, recoveryMs } = await killRelayAt(scene, relay, 'relay.sent', 2)
    bite.recoveriesMs.push(recoveryMs)
    bite.proof.push(
      `${cut.leader} was killed after it had sent ${cut.held.length} events: each is in its topic twice`,
    )
    if (relay.app !== 'trending') continue
    const again = (await dropped(scene)) - before
    assert.ok(again > 0, 'views were sent twice, and no consumer has seen one again')
    bite.proof.push(`${again} views were dropped as known`)
  }
  return bite
}

export default { id: 'F06', fault: 'relay killed after send, before mark', run } satisfies FaultCase
