import assert from 'node:assert/strict'
import type { Bite, FaultCase, Scene } from '../case.js'
import { instancesOf } from '../metrics.js'
import { patience } from '../patience.js'
import { replaced } from './app-kit/instances.js'
import { allPosts, type Post } from './app-kit/posts.js'
import { gateways, nextGateway, type Told, tell, untilAnswered } from './app-kit/requests.js'
import { withPostgres } from './app-kit/stores.js'

/** How many of each kind are under way when something dies. */
const together = 8
const restartMs = 2_000

/** Every POST that creates or counts takes an Idempotency-Key, and is tried by us. */
async function everyPostTakesAKey(scene: Scene, posts: Post[]): Promise<void> {
  const document = await tell(scene, nextGateway(scene), '/openapi.json', {})
  const described = Object.values(document!.json.paths as Record<string, Record<string, Operation>>).flatMap(
    (path) => path.post ?? [],
  )
  const keyed = described.filter(({ parameters = [] }) =>
    parameters.some(({ in: place, name }) => place === 'header' && name.toLowerCase() === 'idempotency-key'),
  )
  // An alias is another way to the same handler.
  const ids = (operations: { operationId: string }[]) =>
    operations
      .map(({ operationId }) => operationId)
      .filter((id) => !id.endsWith('Alias'))
      .sort()
  assert.deepEqual(ids(keyed), ids(described), 'these POST operations take an Idempotency-Key')
  assert.deepEqual(ids(posts), ids(described), 'these POST operations are tried')
}
interface Operation {
  operationId: string
  parameters?: { in: string; name: string }[]
}

/** What a run of this case has asked so far. */
interface Trial {
  scene: Scene
  posts: Post[]
  /** A number that no request had. */
  next(post: Post): number
  tried: Map<Post, number>
  bite: Bite
}

/** Asks many things by one gateway while `kill` kills, then all of them again by the others. @returns how many had no answer */
async function askWhile(
  { scene, next }: Trial,
  posts: readonly Post[],
  gateway: number,
  kill: () => Promise<void>,
): Promise<number> {
  const asked = posts.flatMap((post) =>
    Array.from({ length: together }, () => {
      const n = next(post)
      return { post, n, ...post.ask(n) }
    }),
  )
  const first = gateways(scene, gateway)[0]!
  const answering = Promise.all(asked.map(({ path, ask }) => tell(scene, first, path, ask)))
  await kill()
  const answers = await answering
  const again = await Promise.all(
    asked.map(({ path, ask }) => untilAnswered(scene, path, ask, { first: gateway + 1 })),
  )
  for (const [index, told] of again.entries()) sameAnswer(asked[index]!, answers[index]!, told)
  await Promise.all(
    asked.map(async ({ post, n, path, ask }) => {
      const { status, json } = await untilAnswered(scene, path, { ...ask, body: post.otherBody(n) })
      assert.deepEqual([status, json.code], [422, 'idempotency_key_reused'], `${post.operationId} ${n}`)
    }),
  )
  return answers.filter((told) => told === null || told.status >= 500).length
}

function sameAnswer({ post, n }: { post: Post; n: number }, first: Told | null, second: Told): void {
  const what = `${post.operationId} ${n}`
  assert.ok(second.status < 300, `${what}: ${second.status} ${JSON.stringify(second.json)}`)
  if (first === null || first.status >= 500) return
  assert.equal(first.status, second.status, what)
  assert.ok(post.repeats(first.json, second.json), `${what}: ${JSON.stringify([first.json, second.json])}`)
}

/** Of many that come at once with one key one has its effect; the others hear of it, or that it is under way. */
async function oneOfMany(scene: Scene, post: Post, n: number): Promise<void> {
  const { path, ask } = post.ask(n)
  const all = gateways(scene)
  const told = await Promise.all(
    Array.from({ length: 6 }, (_, index) => tell(scene, all[index % all.length]!, path, ask)),
  )
  const seen = told.map((one) => one?.json?.code ?? one?.status)
  const fine = [200, 201, 'idempotency_key_in_use']
  assert.deepEqual(
    seen.filter((one) => !fine.includes(one)),
    [],
    `${post.operationId} six times at once`,
  )
  assert.ok(
    seen.some((one) => one === 200 || one === 201),
    `${post.operationId}: none of six had its effect`,
  )
}

const subjectOf = (token: string): string =>
  JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()).sub

/** Of two that come at once one is kept from its commit, and the other hears that it is under way. */
async function underWay(scene: Scene, post: Post, keeper: Keeper, n: number): Promise<void> {
  const { path, ask } = post.ask(n)
  const subject = subjectOf(ask.token ?? scene.run().tokens[ask.as!])
  const first = await withPostgres(keeper.database, async (client) => {
    await client.query('BEGIN')
    // Whoever keeps the answer waits for us, with the lock of its key in hand.
    await client.query(
      `INSERT INTO idempotency_keys (scope, key, request_hash, status, headers, body, expires_at)
       VALUES ($1, $2, '', 200, '{}', '', now())`,
      [`${subject} ${keeper.route}`, ask.headers!['idempotency-key']],
    )
    const both = gateways(scene).map((gateway) => tell(scene, gateway, path, ask))
    const refused = await Promise.race(both)
    assert.deepEqual([refused?.status, refused?.json.code], [409, 'idempotency_key_in_use'], post.operationId)
    await client.query('ROLLBACK')
    return (await Promise.all(both)).find((told) => told !== refused)!
  })
  sameAnswer({ post, n }, first, await untilAnswered(scene, path, ask))
}
/** Where answers to a POST are kept, and the route in their scope. */
interface Keeper {
  database: string
  route: string
}

/** In the middle of many requests. */
async function killGateway(trial: Trial, name: string, index: number): Promise<void> {
  const { scene, posts, bite } = trial
  const pid = scene.run().processes[name]!
  const unanswered = await askWhile(trial, posts, index, async () => {
    await new Promise((resolve) => setTimeout(resolve, 4 + scene.random() * 20))
    await scene.kill(name)
  })
  assert.ok(unanswered > 0, `${name} was killed, and every request was answered`)
  const ms = await replaced(scene, name, pid)
  assert.ok(ms < restartMs * patience, `${name} was started again after ${Math.round(ms)} ms`)
  bite.recoveriesMs.push(await scene.ready(name))
  bite.proof.push(`${name} was killed under ${unanswered} requests without an answer`)
}

/** After an effect and before its answer. */
async function killApp(trial: Trial, app: string): Promise<void> {
  const { scene, posts, bite } = trial
  const own = posts.filter((post) => post.app === app)
  const names = instancesOf(app)
  // Requests of others may be the ones that are hit: then once more.
  for (let round = 0; round < 4; round++) {
    const instance = names[round % names.length]!
    const armed = scene.arm('request.answering', { action: 'kill', instance })
    const unanswered = await askWhile(trial, own, round, () => armed.fired())
    bite.recoveriesMs.push(await scene.ready(instance))
    bite.proof.push(`${instance} was killed before it answered: ${unanswered} of ours had no answer`)
    if (unanswered > 0) return
  }
  assert.fail(`${app} was killed between effect and answer, and every request was answered`)
}

async function manyAtOnce(trial: Trial): Promise<void> {
  const { scene, posts, next } = trial
  for (const post of posts) await oneOfMany(scene, post, next(post))
  const { catalog, analytics } = scene.run().engines
  for (const [operationId, keeper] of [
    ['createContent', { database: catalog, route: 'POST /content' }],
    ['reportProgress', { database: analytics, route: 'progress' }],
  ] as const) {
    const post = posts.find((one) => one.operationId === operationId)!
    await underWay(scene, post, keeper, next(post))
  }
}

async function run(scene: Scene): Promise<Bite> {
  const posts = await allPosts(scene, `f01-${Date.now().toString(36)}`)
  await everyPostTakesAKey(scene, posts)
  const tried = new Map<Post, number>()
  let n = 0
  const next = (post: Post) => {
    tried.set(post, (tried.get(post) ?? 0) + 1)
    return ++n
  }
  const trial: Trial = { scene, posts, next, tried, bite: { proof: [], recoveriesMs: [] } }
  const one = <T>(all: T[]) => (scene.short ? [all[Math.floor(scene.random() * all.length)]!] : all)
  for (const [index, name] of one([...instancesOf('gateway').entries()]))
    await killGateway(trial, name, index)
  for (const app of one([...new Set(posts.map((post) => post.app))])) await killApp(trial, app)
  await manyAtOnce(trial)
  for (const [post, times] of tried)
    assert.equal(await post.effects(), times, `${post.operationId} was asked with ${times} keys`)
  return trial.bite
}

export default { id: 'F01', fault: 'gateway killed', run } satisfies FaultCase
