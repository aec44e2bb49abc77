import assert from 'node:assert/strict'
import { world } from '@marquee/contracts'
import type { Ask } from '../../client.js'
import type { Bite, FaultCase, Scene } from '../case.js'
import { instancesOf } from '../metrics.js'
import { patience } from '../patience.js'
import { allPosts, type Post } from './app-kit/posts.js'
import { gateways, type Told, tell } from './app-kit/requests.js'

const drainMs = 10_000
const clients = 12
const { winterTide } = world.contents
const reads: readonly { path: string; ask: Ask }[] = [
  ...['', '/details', '/episodes', '/reviews'].map((part) => `/api/v1/content/${winterTide.id}${part}`),
  '/api/v1/content?limit=20',
  '/api/v1/content/trending/daily',
  `/api/v1/episodes/${world.episodes.winterTide1.id}`,
].map((path) => ({ path, ask: {} }))
const own = {
  path: `/api/v1/content/users/${world.viewers.mina.sub}/watch-history`,
  ask: { as: 'viewer' },
} as const

/** What a client notices of the platform's restart, and what it never may. */
interface Noticed {
  requests: number
  retried: number
  failed: string[]
  tried: Map<Post, number>
}

const answered = (told: Told | null): told is Told => told !== null && told.status < 500

/** Every request goes to one gateway and, only when that gives no answer or says 5xx, once more to the next. */
async function askTwice(scene: Scene, turn: number, path: string, ask: Ask, noticed: Noticed): Promise<void> {
  const all = gateways(scene)
  const [one, next] = [all[turn % all.length]!, all[(turn + 1) % all.length]!]
  noticed.requests += 1
  let told = await tell(scene, one, path, ask)
  const first = told
  if (!answered(told)) {
    noticed.retried += 1
    told = await tell(scene, next, path, ask)
  }
  if (told !== null && told.status < 300) return
  const seen = [first, told].map((each) => (each ? `${each.status} ${each.json?.detail}` : 'no answer'))
  noticed.failed.push(`${ask.method ?? 'GET'} ${path}: ${seen.join(', then ')}`)
}

function startClients(scene: Scene, posts: Post[], noticed: Noticed) {
  let running = true
  let n = 0
  async function client(index: number): Promise<void> {
    while (running) {
      const turn = ++n
      const post = posts[(index + turn) % posts.length]!
      const read = [...reads, own][turn % (reads.length + 1)]!
      // Half of them write.
      if (index % 2 === 0) {
        noticed.tried.set(post, (noticed.tried.get(post) ?? 0) + 1)
        const { path, ask } = post.ask(turn)
        await askTwice(scene, turn, path, ask, noticed)
      } else await askTwice(scene, turn, read.path, read.ask, noticed)
    }
  }
  const working = Promise.all(Array.from({ length: clients }, (_, index) => client(index)))
  return async () => {
    running = false
    await working
  }
}

async function run(scene: Scene): Promise<Bite> {
  const posts = await allPosts(scene, `f27-${Date.now().toString(36)}`)
  const noticed: Noticed = { requests: 0, retried: 0, failed: [], tried: new Map() }
  const bite: Bite = { proof: [], recoveriesMs: [] }
  const apps = ['catalog', 'user-history', 'reviews', 'trending', 'gateway']
  const chosen = scene.short ? [apps[Math.floor(scene.random() * apps.length)]!] : apps
  const drains: number[] = []
  const stop = startClients(scene, posts, noticed)
  try {
    for (const name of chosen.flatMap((app) => instancesOf(app))) {
      const began = performance.now()
      await scene.terminate(name)
      const ms = Math.round(performance.now() - began)
      assert.ok(ms <= drainMs * patience, `${name} stopped after ${ms} ms`)
      drains.push(ms)
      bite.recoveriesMs.push(await scene.ready(name))
    }
  } finally {
    await stop()
  }
  assert.deepEqual(
    noticed.failed.slice(0, 10),
    [],
    `${noticed.failed.length} of ${noticed.requests} requests failed`,
  )
  for (const [post, times] of noticed.tried)
    assert.equal(await post.effects(), times, `${post.operationId} was asked ${times} times`)
  bite.proof.push(
    `${drains.length} instances were stopped in turn, each within ${Math.max(...drains)} ms`,
    `${noticed.requests} requests, ${noticed.retried} of them asked once more, none failed`,
  )
  return bite
}

export default { id: 'F27', fault: 'rolling restart', run } satisfies FaultCase
