import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readTopic, settle } from '@marquee/test-kit'
import { tokenOf } from '../../people.js'
import type { FaultCase, Scene } from '../case.js'
import { patience } from '../patience.js'
import { created, gateways, newTitle, nextGateway, tell } from './app-kit/requests.js'
import { rowsOf } from './app-kit/stores.js'
import { pause } from './store-kit/asking.js'
import { keptUntil } from './store-kit/kept-answers.js'

/** A little more: what is just bearable for an hour is not enough. */
const offMs = 61 * 60_000
const leases = ['catalog.relay', 'catalog.jobs', 'user-history.jobs', 'reviews.relay', 'trending.leader']
/** Whoever leads writes most. */
const victims: Record<string, string | null> = {
  gateway: null,
  catalog: 'catalog.relay',
  'user-history': 'user-history.jobs',
  reviews: 'reviews.relay',
  trending: 'trending.leader',
}
const nearMs = 20_000 * patience
const isNow = (what: string, time: string | Date) =>
  assert.ok(
    Math.abs(new Date(time).getTime() - Date.now()) < nearMs,
    `${what} is ${new Date(time).toISOString()}, and it is ${new Date().toISOString()}`,
  )

const everywhere = <T>(scene: Scene, work: (gateway: string) => Promise<T>) =>
  Promise.all(gateways(scene).map(work))

async function tokensAreJudged(scene: Scene): Promise<void> {
  const sub = randomUUID()
  const path = `/api/v1/content/users/${sub}/watch-history`
  const statusOf = async (gateway: string, lifeSeconds: number) =>
    (await tell(scene, gateway, path, { token: tokenOf(sub, ['user'], lifeSeconds) }))?.status
  await everywhere(scene, async (gateway) => {
    assert.equal(await statusOf(gateway, 12 * 3600), 200, `a token of 12 h is good at ${gateway}`)
    assert.equal(await statusOf(gateway, 600), 200, `a token of 10 min is good at ${gateway}`)
    assert.equal(await statusOf(gateway, -600), 401, `a token that expired 10 min ago is not at ${gateway}`)
  })
}

/** Each report that comes later counts as later, whichever instances they go to. */
async function reportsKeepTheirOrder(scene: Scene, episodeId: string): Promise<void> {
  const token = tokenOf(randomUUID())
  const all = gateways(scene)
  for (let n = 1; n <= 10; n++) {
    const body = { episodeId, position: 100 * n, duration: 3_000, sessionId: `sitting-${n}`, sequence: 1 }
    const ask = { method: 'POST', token, body }
    const { json } = created(await tell(scene, all[n % all.length]!, '/api/v1/progress', ask))
    assert.deepEqual([json.position, json.applied], [100 * n, true], `report ${n} is the latest`)
  }
}

/** Posts at each gateway, so that either instance may be asked; dates and kept answers are those of the stores. */
async function writesAreDated(scene: Scene, title: string, tag: string): Promise<void> {
  const keys: { key: string; sub: string }[] = []
  for (let n = 0; n < 4; n++) {
    const all = gateways(scene)
    const gateway = all[n % all.length]!
    const key = `${tag}-${n}`
    const sub = randomUUID()
    const headers = { 'idempotency-key': key }
    const review = {
      method: 'POST',
      token: tokenOf(sub),
      headers,
      body: { rating: 8, text: tag },
    }
    const path = `/api/v1/content/${title}/reviews`
    const first = created(await tell(scene, gateway, path, review))
    isNow('a review', first.json.createdAt)
    const again = created(await tell(scene, all[(n + 1) % all.length]!, path, review))
    assert.deepEqual(again.json, first.json, 'the same key is answered the same')
    keys.push({ key, sub })
    const slug = `${key}-dated`.toLowerCase()
    const made = {
      slug,
      kind: 'movie',
      title: slug,
      origin: 'other',
      originalLanguage: 'en',
      status: 'draft',
    }
    const ask = { method: 'POST', as: 'editor' as const, headers, body: made }
    const { json } = created(await tell(scene, gateway, '/api/v1/content', ask))
    isNow('a title', json.createdAt)
    const view = { method: 'POST', headers, body: {} }
    created(await tell(scene, gateway, `/api/v1/content/${title}/views/increment`, view))
  }
  for (const [store, until] of await keptUntil(scene.run(), keys)) {
    const day = until - Date.now()
    assert.ok(
      Math.abs(day - 86_400_000) < 60_000,
      `a key is kept for 24 h by ${store}, and it is ${Math.round(day / 60_000)} min`,
    )
  }
}

/** What was stated since then, as it stands in the topics. */
async function eventsAreDated(scene: Scene, title: string, views: number): Promise<void> {
  const { kafka } = scene.run().engines
  await settle(
    async () => {
      for (const topic of ['content.viewed', 'rating']) {
        const told = (await readTopic(kafka, topic)).filter(({ headers }) => headers.ce_subject === title)
        assert.equal(told.length, views, `${topic} of the title`)
        for (const { headers } of told) isNow(topic, headers.ce_time!)
      }
    },
    { timeoutMs: 15_000 * patience, everyMs: 500 },
  )
}

async function daysAreRight(scene: Scene, title: string, views: number): Promise<void> {
  const today = new Date().toISOString().slice(0, 10)
  await settle(
    async () => {
      const rows = await rowsOf<{ day: string; views: string; rating_count: number }>(
        scene.run().engines.analytics,
        'SELECT day::text, views, rating_count FROM content_analytics WHERE content_id = $1',
        [title],
      )
      assert.deepEqual(
        rows.map(({ day, views, rating_count }) => [day, Number(views), Number(rating_count)]),
        [[today, views, views]],
      )
    },
    { timeoutMs: 15_000 * patience, everyMs: 250 },
  )
}

async function newEpisode(scene: Scene, title: string): Promise<string> {
  const body = { seasonNumber: 1, number: 1, title: 'one', durationSeconds: 3_000, status: 'published' }
  const ask = { method: 'POST', as: 'editor' as const, body }
  const { json } = created(await tell(scene, nextGateway(scene), `/api/v1/content/${title}/episodes`, ask))
  return json.id
}

/** The clock of one instance is off, everything is asked of all, and it is right again. */
async function off(scene: Scene, app: string, aheadMs: number): Promise<string> {
  const lease = victims[app]
  const victim = lease ? await scene.leaderOf(lease) : scene.random() < 0.5 ? app : `${app}#2`
  const leaders = await Promise.all(leases.map(scene.leaderOf))
  const tag = `clock-${app}-${aheadMs > 0 ? 'ahead' : 'behind'}-${Date.now().toString(36)}`
  const title = await newTitle(scene, tag)
  const episode = await newEpisode(scene, title)
  const { right } = scene.setClock(victim, aheadMs)
  try {
    await pause(300)
    await tokensAreJudged(scene)
    await reportsKeepTheirOrder(scene, episode)
    await writesAreDated(scene, title, tag)
    await eventsAreDated(scene, title, 4)
    await daysAreRight(scene, title, 4)
    assert.deepEqual(await Promise.all(leases.map(scene.leaderOf)), leaders, 'no lease goes over')
    await scene.flowing()
  } finally {
    right()
  }
  return victim
}

const clockOff: FaultCase = {
  id: 'F24',
  fault: 'a clock off by an hour',
  async run(scene) {
    const all = Object.keys(victims)
    const apps = scene.short ? [all[Math.floor(scene.random() * all.length)]!] : all
    const proof: string[] = []
    const recoveriesMs: number[] = []
    for (const app of apps)
      for (const [way, aheadMs] of [
        ['ahead', offMs],
        ['behind', -offMs],
      ] as const) {
        proof.push(`${await off(scene, app, aheadMs)} was ${offMs / 60_000} min ${way}`)
        recoveriesMs.push(await scene.flowing())
      }
    return { proof, recoveriesMs }
  },
}
export default clockOff
