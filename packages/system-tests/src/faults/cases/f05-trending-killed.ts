import assert from 'node:assert/strict'
import { settle } from '@marquee/test-kit'
import type { Bite, FaultCase, Scene } from '../case.js'
import { killRelayAt } from './app-kit/cut-relay.js'
import { leaderFirst } from './app-kit/instances.js'
import { relayStores, streamConsumers } from './app-kit/outboxes.js'
import { everyFactCounts, keepMaking, ownFacts } from './app-kit/own-facts.js'

const relay = relayStores.find(({ app }) => app === 'trending')!

/** What a dead reader of the stream left pending is another's, and its name is forgotten. */
async function oneReaderIsLeft(scene: Scene): Promise<void> {
  const leader = await scene.leaderOf(relay.lease)
  await settle(
    async () => {
      const names = (await streamConsumers(scene.run())).map(({ name }) => name.split('@')[0])
      assert.deepEqual(names, [leader])
    },
    { timeoutMs: 10_000, everyMs: 100 },
  )
}

async function run(scene: Scene): Promise<Bite> {
  const { cut, recoveryMs } = await killRelayAt(scene, relay, 'relay.claimed', 1)
  const bite: Bite = {
    proof: [`${cut.leader} was killed with ${cut.held.length} entries read and not sent: each was sent once`],
    recoveriesMs: [recoveryMs],
  }
  await oneReaderIsLeft(scene)

  const facts = await ownFacts(scene, relay, `f05 ${Date.now().toString(36)}`)
  const stop = keepMaking(facts)
  try {
    const names = await leaderFirst(scene, relay.lease)
    for (let round = 0; round < (scene.short ? 1 : 4); round++) {
      const victim = names[round % names.length]!
      await new Promise((resolve) => setTimeout(resolve, scene.random() * 1_000))
      await scene.kill(victim)
      bite.recoveriesMs.push(await scene.ready(victim))
      bite.proof.push(`${victim} was killed under views`)
    }
    // As a reader of titles too.
    const armed = scene.arm('consumer.handling', { action: 'kill', instance: names[0]! })
    const making = keepMaking(
      await ownFacts(scene, relayStores[0]!, `f05 ${Date.now().toString(36)} title`),
      2,
    )
    try {
      await armed.fired()
    } finally {
      await making()
    }
    bite.recoveriesMs.push(await scene.ready(names[0]!))
    bite.proof.push(`${names[0]} was killed with titles read and not kept`)
  } finally {
    await stop()
  }
  await everyFactCounts(facts)
  await oneReaderIsLeft(scene)
  return bite
}

export default { id: 'F05', fault: 'trending killed while it reads its stream', run } satisfies FaultCase
