import assert from 'node:assert/strict'
import { until } from '../../lifecycle/until.js'
import { newPerson } from '../../people.js'
import type { FaultCase, Scene } from '../case.js'
import { patience } from '../patience.js'
import { newTitle } from './app-kit/requests.js'
import { type Asked, type Asking, askAll, keepAsking, pause, said } from './store-kit/asking.js'

const detailsMs = 1_700 * patience
/** An app's wait for its store, and a little for the way. */
const refusedMs = 6_000 * patience

const refused = (one: Asked) => {
  assert.equal(one.answer?.status, 503, said(one))
  assert.ok(Number(one.answer?.headers['retry-after']) > 0, `${one.name} tells when to come again`)
  assert.ok(one.ms < refusedMs, said(one))
}

function partial(one: Asked): void {
  assert.equal(one.answer?.status, 200, said(one))
  assert.ok(one.ms < detailsMs, said(one))
  const { catalog, trending } = one.answer!.json.parts
  assert.deepEqual([catalog.state, trending.state], ['fresh', 'fresh'], 'the other parts are as ever')
}

async function away(scene: Scene, id: string, ms: number): Promise<{ refused: number; partial: number }> {
  const details: Asking = { details: { path: `/api/v1/content/${id}/details` } }
  const reviews: Asking = {
    'list of reviews': { path: `/api/v1/content/${id}/reviews` },
    'new review': {
      path: `/api/v1/content/${id}/reviews`,
      method: 'POST',
      token: newPerson().token,
      body: { rating: 7, text: 'Nobody hears this.' },
    },
  }
  const asking = keepAsking(scene, { ...details, ...reviews }, 50)
  await pause(ms)
  const asked = await asking.stop()
  const of = (name: string) => asked.filter((one) => one.name === name)
  for (const name of Object.keys(reviews)) of(name).forEach(refused)
  of('details').forEach(partial)
  const states = of('details').map(({ answer }) => answer!.json.parts.reviews.state)
  assert.ok(
    states.every((state) => state === 'stale' || state === 'missing'),
    `reviews in the details are stale or missing, and were ${[...new Set(states)]}`,
  )
  return { refused: asked.length - states.length, partial: states.length }
}

/** Every part is fresh again, at both gateways; the milliseconds that it took. */
async function whole(scene: Scene, id: string): Promise<number> {
  const began = performance.now()
  await until('the details are whole', 20_000 * patience, async () =>
    (await askAll(scene, { details: { path: `/api/v1/content/${id}/details` } })).every(
      ({ answer }) => answer?.status === 200 && answer.json.parts.reviews.state === 'fresh',
    ),
  )
  return performance.now() - began
}

const mongodbAway: FaultCase = {
  id: 'F17',
  fault: 'MongoDB killed, then frozen',
  async run(scene) {
    const ms = scene.short ? 3_000 : 8_000
    const id = await newTitle(scene, `reviewed ${Date.now().toString(36)}`)
    await whole(scene, id)
    const proof: string[] = []
    const recoveriesMs: number[] = []
    const say = (way: string, told: Awaited<ReturnType<typeof away>>) =>
      proof.push(`${way}: ${told.refused} requests for reviews refused, ${told.partial} details partial`)

    const held = await scene.killAndHold('mongodb')
    say('killed', await away(scene, id, ms))
    await held.back()
    recoveriesMs.push((await whole(scene, id)) + (await scene.flowing()))

    const { thaw } = scene.freeze('mongodb')
    try {
      say('frozen', await away(scene, id, ms))
    } finally {
      thaw()
    }
    recoveriesMs.push((await whole(scene, id)) + (await scene.flowing()))
    return { proof, recoveriesMs }
  },
}
export default mongodbAway
