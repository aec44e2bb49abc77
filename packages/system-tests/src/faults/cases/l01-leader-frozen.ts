import assert from 'node:assert/strict'
import { settle } from '@marquee/test-kit'
import type { Bite, FaultCase, Scene } from '../case.js'
import { cutRelay, takenOver, takeoverMs } from './app-kit/cut-relay.js'
import { type RelayStore, relayStores } from './app-kit/outboxes.js'
import { copiesIn, everyFactCounts, keepMaking, ownFacts } from './app-kit/own-facts.js'
import { idleSittings, type Work, waitingTitles } from './app-kit/work-for-jobs.js'

/** The instance that leads now, once it is another one; the milliseconds since `at`. */
async function nextLeader(scene: Scene, lease: string, frozen: string, at: number): Promise<number> {
  await settle(async () => assert.notEqual(await scene.leaderOf(lease), frozen), {
    timeoutMs: takeoverMs,
    everyMs: 100,
  })
  const ms = performance.now() - at
  assert.ok(ms < takeoverMs, `${lease} had no leader for ${Math.round(ms)} ms`)
  return ms
}

/** Thaws it and waits until it answers again and has seen that it leads no more; the other one leads on. */
async function thawed(scene: Scene, lease: string, frozen: string, ice: { thaw(): void }): Promise<void> {
  const leader = await scene.leaderOf(lease)
  ice.thaw()
  await scene.ready(frozen)
  assert.equal(await scene.metric(frozen, 'marquee_lease_leading', { lease }), 0, `${frozen} leads again`)
  await scene.flowing()
  assert.equal(await scene.leaderOf(lease), leader, `the leader of ${lease} changed with the thaw`)
}

/** Frozen between claim and send: another publishes what it held, and thawed it sends none of it. */
async function freezeRelay(scene: Scene, relay: RelayStore, bite: Bite): Promise<void> {
  const facts = await ownFacts(scene, relay, `l01 ${relay.app} ${Date.now().toString(36)}`)
  const stop = keepMaking(facts)
  try {
    const cut = await cutRelay(scene, relay, 'relay.claimed', 'stop')
    const ice = scene.freeze(cut.leader)
    try {
      bite.recoveriesMs.push(await nextLeader(scene, relay.lease, cut.leader, cut.at))
      await takenOver(scene, relay, cut)
      const before = await copiesIn(scene.run(), relay.topics)
      assert.deepEqual(
        cut.held.filter((id) => before.get(id) !== 1),
        [],
        'events that are not there once',
      )
      await thawed(scene, relay.lease, cut.leader, ice)
      await stop()
      await everyFactCounts(facts)
      const after = await copiesIn(scene.run(), relay.topics)
      const again = [...after].filter(([id, copies]) => copies > Math.max(1, before.get(id) ?? 0))
      assert.deepEqual(again, [], 'events that were sent again after the thaw')
      bite.proof.push(
        `${cut.leader} was frozen with ${cut.held.length} events of ${relay.lease} claimed; thawed it sent none`,
      )
    } finally {
      ice.thaw()
    }
  } finally {
    await stop()
  }
}

/** Frozen while there is work for its job: another does all of it, and thawed it does none again. */
async function freezeJobs(scene: Scene, lease: string, prepare: Work, bite: Bite): Promise<void> {
  const frozen = await scene.leaderOf(lease)
  const work = await prepare(scene)
  const at = performance.now()
  const ice = scene.freeze(frozen)
  try {
    bite.recoveriesMs.push(await nextLeader(scene, lease, frozen, at))
    await settle(async () => assert.deepEqual(await work.done(), work.wanted), {
      timeoutMs: 20_000,
      everyMs: 200,
    })
    await thawed(scene, lease, frozen, ice)
    assert.deepEqual(await work.done(), work.wanted)
    bite.proof.push(`${frozen} was frozen as the leader of ${lease}; ${work.what}`)
  } finally {
    ice.thaw()
  }
}

async function run(scene: Scene): Promise<Bite> {
  const bite: Bite = { proof: [], recoveriesMs: [] }
  const freezes = [
    ...relayStores.map((relay) => () => freezeRelay(scene, relay, bite)),
    () => freezeJobs(scene, 'catalog.jobs', waitingTitles, bite),
    () => freezeJobs(scene, 'user-history.jobs', idleSittings, bite),
  ]
  const chosen = scene.short ? [freezes[Math.floor(scene.random() * freezes.length)]!] : freezes
  for (const freeze of chosen) await freeze()
  return bite
}

export default {
  id: 'L01',
  fault: 'leader frozen',
  away: relayStores.map(({ app }) => app),
  run,
} satisfies FaultCase
