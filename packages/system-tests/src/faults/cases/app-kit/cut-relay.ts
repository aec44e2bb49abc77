import assert from 'node:assert/strict'
import type { FailPointName } from '@marquee/faults'
import { settle } from '@marquee/test-kit'
import type { Scene } from '../../case.js'
import { patience } from '../../patience.js'
import type { RelayStore } from './outboxes.js'
import { copiesIn, everyFactCounts, keepMaking, ownFacts } from './own-facts.js'

/** Longer than a lease lasts and its loss is noticed: a leader that is dead or frozen is replaced by then. */
export const takeoverMs = 10_000 * patience

/** Of a relay whose leader met a fail point. */
export interface Cut {
  leader: string
  /** Events that it held then, claimed and not marked. */
  held: string[]
  at: number
}

/** Lets the leader of a relay meet a fail point in the middle of its work; facts must be coming in. */
export async function cutRelay(
  scene: Scene,
  relay: RelayStore,
  point: FailPointName,
  action: 'kill' | 'stop',
): Promise<Cut> {
  const leader = await scene.leaderOf(relay.lease)
  await scene.arm(point, { action, instance: leader }).fired()
  const at = performance.now()
  const held = await relay.claimed(scene.run())
  assert.ok(held.length > 0, `the leader of ${relay.lease} held nothing`)
  return { leader, held, at }
}

/** Somebody else publishes and marks what it held; the milliseconds from the cut until then. */
export async function takenOver(scene: Scene, relay: RelayStore, { held, at }: Cut): Promise<number> {
  await settle(async () => assert.deepEqual(await relay.pending(scene.run(), held), []), {
    timeoutMs: takeoverMs,
    everyMs: 100,
  })
  const ms = performance.now() - at
  assert.ok(ms < takeoverMs, `what ${relay.lease} held was published after ${Math.round(ms)} ms`)
  return ms
}

/** Each of these events stands in the topics of the relay so often. */
export async function everyEventIsThere(
  scene: Scene,
  { topics }: RelayStore,
  ids: readonly string[],
  times: number,
): Promise<void> {
  const copies = await copiesIn(scene.run(), topics)
  const found = ids.map((id) => [id, copies.get(id) ?? 0])
  assert.deepEqual(
    found,
    ids.map((id) => [id, times]),
  )
}

/**
 * Kills the leader of a relay at a fail point while facts of ours come in: all it held is published by another, `times` times in all,
 * and every fact has one effect.
 */
export async function killRelayAt(
  scene: Scene,
  relay: RelayStore,
  point: FailPointName,
  times: number,
): Promise<{ cut: Cut; recoveryMs: number }> {
  const facts = await ownFacts(scene, relay, `${relay.app} ${Date.now().toString(36)}`)
  const stop = keepMaking(facts)
  try {
    const cut = await cutRelay(scene, relay, point, 'kill')
    const recoveryMs = await takenOver(scene, relay, cut)
    await scene.ready(cut.leader)
    await stop()
    await everyEventIsThere(scene, relay, cut.held, times)
    await everyFactCounts(facts)
    return { cut, recoveryMs }
  } finally {
    await stop()
  }
}
