import assert from 'node:assert/strict'
import { newPerson } from '../../people.js'
import type { Bite, FaultCase, Scene } from '../case.js'
import { killRelayAt } from './app-kit/cut-relay.js'
import { leaderFirst } from './app-kit/instances.js'
import { relayStores } from './app-kit/outboxes.js'
import { everyFactCounts, type OwnFacts } from './app-kit/own-facts.js'
import { created, gateways, newTitle, nextGateway, tell, untilAnswered } from './app-kit/requests.js'

const relay = relayStores.find(({ app }) => app === 'reviews')!
const together = 12

/** Without a key a person who had no answer asks again, and hears that the review is there, or posts it now. */
async function postWhileKilled(scene: Scene, title: string, instance: string): Promise<number> {
  const path = `/api/v1/content/${title}/reviews`
  const people = Array.from({ length: together }, newPerson)
  const ask = ({ token }: { token: string }) => ({ method: 'POST', token, body: { rating: 7, text: 'once' } })
  const armed = scene.arm('request.answering', { action: 'kill', instance })
  const all = gateways(scene)
  const answers = await Promise.all(
    people.map((person, n) => tell(scene, all[n % all.length]!, path, ask(person))),
  )
  await armed.fired()
  const unanswered = people.filter((_, n) => (answers[n]?.status ?? 503) >= 500)
  for (const person of unanswered) {
    const { status, json } = await untilAnswered(scene, path, ask(person))
    assert.ok(status === 201 || json.code === 'review_exists', `${status} ${JSON.stringify(json)}`)
  }
  return unanswered.length
}

async function run(scene: Scene): Promise<Bite> {
  const bite: Bite = { proof: [], recoveriesMs: [] }
  for (let round = 0; round < (scene.short ? 1 : 2); round++) {
    const { cut, recoveryMs } = await killRelayAt(scene, relay, 'relay.claimed', 1)
    bite.recoveriesMs.push(recoveryMs)
    bite.proof.push(
      `${cut.leader} was killed with ${cut.held.length} committed events before it sent them: each was sent once`,
    )
  }

  const title = await newTitle(scene, `f04 ${Date.now().toString(36)}`)
  let posted = 0
  for (const instance of await leaderFirst(scene, relay.lease)) {
    let unanswered = 0
    // Posts of others may be the ones that are hit: then once more.
    for (let round = 0; unanswered === 0 && round < 4; round++) {
      unanswered = await postWhileKilled(scene, title, instance)
      posted += together
      bite.recoveriesMs.push(await scene.ready(instance))
    }
    assert.ok(unanswered > 0, `${instance} was killed before it answered, and every review was answered`)
    bite.proof.push(`${instance} was killed before it answered ${unanswered} of our reviews`)
  }
  const path = `/api/v1/content/${title}`
  const facts: Pick<OwnFacts, 'effects' | 'made'> = {
    made: () => posted,
    effects: async () => ({
      reviews: created(await tell(scene, nextGateway(scene), `${path}/reviews`, {})).json.summary.count,
      ratings: created(await tell(scene, nextGateway(scene), path, {})).json.ratingCount,
    }),
  }
  await everyFactCounts(facts)
  return bite
}

export default { id: 'F04', fault: 'reviews killed between commit and publish', run } satisfies FaultCase
