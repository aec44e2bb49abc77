import assert from 'node:assert/strict'
import { settle } from '@marquee/test-kit'
import type { FaultCase, Scene } from '../case.js'
import { patience } from '../patience.js'
import { pause } from './store-kit/asking.js'
import { caughtUp } from './store-kit/groups.js'
import { poisonEverything } from './store-kit/poison.js'

interface Letter {
  ref: string
  state: string
  groups: string[]
  error: string
}

async function letters(scene: Scene): Promise<Letter[]> {
  const { exitCode, json, stderr } = await scene.ops('dead-letters', 'list', '--json', '--limit', '100000')
  assert.equal(exitCode, 0, `ops dead-letters list: ${stderr}`)
  return json.letters
}

/** One listed letter of each, whoever buried it, and of nothing else. */
async function eachOnce(scene: Scene, poison: Map<string, string>, before: Set<string>): Promise<void> {
  const found = await settle(
    async () => {
      const now = (await letters(scene)).filter(({ ref }) => !before.has(ref))
      const listed = new Set(now.map(({ ref }) => ref))
      const missing = [...poison].filter(([ref]) => !listed.has(ref)).map((one) => one.join(' '))
      assert.deepEqual(missing, [], 'every poison is listed')
      return now
    },
    { timeoutMs: 30_000 * patience, everyMs: 500 },
  )
  const others = found.filter(({ ref }) => !poison.has(ref))
  assert.deepEqual(others, [], 'nothing good is among the dead letters')
  assert.equal(found.length, poison.size)
}

const app = 'user-history'

/** Every event fails that one instance gets, until some were given up. Answers the instance. */
async function failForAWhile(scene: Scene): Promise<string> {
  const instance = scene.random() < 0.5 ? app : `${app}#2`
  const dead = () => scene.metric(instance, 'marquee_dead_letters_total')
  const before = await dead()
  for (const deadline = Date.now() + 30_000 * patience; (await dead()) < before + 3; ) {
    assert.ok(Date.now() < deadline, `${instance} gives events up that fail`)
    const armed = scene.arm('consumer.handling', { action: 'throw', instance })
    await armed.fired().finally(() => armed.disarm())
  }
  return instance
}

const poison: FaultCase = {
  id: 'F22',
  fault: 'poison in every topic',
  poison: true,
  async run(scene) {
    const before = new Set((await letters(scene)).map(({ ref }) => ref))
    const put = await poisonEverything(scene)
    const putAt = performance.now()
    await eachOnce(scene, put, before)
    await caughtUp(scene)
    const listedMs = performance.now() - putAt

    // Good events that failed through no fault of theirs; that each has its effect once is what the checker looks at.
    const known = new Set([...before, ...put.keys()])
    const instance = await failForAWhile(scene)
    await pause(2_000)
    await caughtUp(scene)
    const mended = (await letters(scene)).filter(({ ref }) => !known.has(ref))
    assert.ok(mended.length >= 3, 'what was given up is listed')
    const refs = mended.map(({ ref }) => ref)
    const replayed = await scene.ops('dead-letters', 'replay', ...refs, '--json')
    assert.equal(replayed.exitCode, 0, `ops dead-letters replay: ${replayed.stdout}${replayed.stderr}`)
    await caughtUp(scene)
    const after = new Map((await letters(scene)).map((letter) => [letter.ref, letter]))
    for (const ref of refs) assert.equal(after.get(ref)?.state, 'replayed', ref)
    assert.equal(after.size, known.size + refs.length, 'what is replayed does not come back')
    return {
      proof: [
        `${put.size} messages of ${new Set(put.values()).size} kinds of poison: one listed dead letter each, ${Math.round(listedMs)} ms later`,
        `${refs.length} good events that ${instance} could not do for a while were replayed`,
      ],
      recoveriesMs: [listedMs],
    }
  },
}
export default poison
