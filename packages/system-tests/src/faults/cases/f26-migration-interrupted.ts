import assert from 'node:assert/strict'
import type { Bite, FaultCase, Scene } from '../case.js'
import { freshSchemas, migrateUp, type Schema } from './app-kit/migrators.js'

type Apply<T> = (schema: Schema) => Promise<T>

/** On databases of its own, which are gone afterwards. */
async function onFresh<T>(scene: Scene, app: Schema['app'], work: Apply<T>): Promise<T> {
  const schema = await freshSchemas[app](scene.run())
  try {
    return await work(schema)
  } finally {
    await schema.drop()
  }
}

async function completes(schema: Schema, wanted: string[]): Promise<void> {
  const { exitCode, output } = await migrateUp(schema)
  assert.equal(exitCode, 0, output)
  assert.deepEqual(await schema.describe(), wanted, `${schema.app} after an interrupted migration`)
  const again = await migrateUp(schema)
  assert.deepEqual([again.exitCode, again.names], [0, []], again.output)
}

/** Killed behind each migration in turn, until there is none left to be killed behind. @returns how often */
async function killedBehindEach(schema: Schema, most: number): Promise<number> {
  for (let killed = 0; ; killed++) {
    if (killed === most) return killed
    const { exitCode, output } = await migrateUp(schema, 'migrate.applied')
    if (exitCode === 0) return killed
    assert.equal(exitCode, null, output)
  }
}

/** Killed at any moment of a run that takes about `ms`. @returns how often */
async function killedAnywhere(scene: Scene, schema: Schema, ms: number, times: number): Promise<number> {
  let killed = 0
  for (let n = 0; n < times; n++) {
    const { exitCode, output } = await migrateUp(schema, ms * (0.3 + 0.7 * scene.random()))
    assert.ok(exitCode === null || exitCode === 0, output)
    killed += Number(exitCode === null)
  }
  return killed
}

/** Of two at once each migration is done by one; both end well. */
async function twoAtOnce(schema: Schema, wanted: string[], names: string[]): Promise<void> {
  const both = await Promise.all([migrateUp(schema), migrateUp(schema)])
  for (const { exitCode, output } of both) assert.equal(exitCode, 0, output)
  assert.deepEqual(both.flatMap((one) => one.names).sort(), names, 'migrations done by two at once')
  assert.deepEqual(await schema.describe(), wanted)
}

async function interrupt(scene: Scene, app: Schema['app']): Promise<string> {
  const began = performance.now()
  const undisturbed = await onFresh(scene, app, async (schema) => {
    const { exitCode, names, output } = await migrateUp(schema)
    assert.equal(exitCode, 0, output)
    return { names: names.sort(), wanted: await schema.describe() }
  })
  const ms = performance.now() - began
  const { names, wanted } = undisturbed
  const behind = await onFresh(scene, app, async (schema) => {
    const killed = await killedBehindEach(schema, scene.short ? 1 : names.length)
    await completes(schema, wanted)
    return killed
  })
  assert.equal(behind, scene.short ? 1 : names.length, `${app} was killed behind each migration`)
  const anywhere = await onFresh(scene, app, async (schema) => {
    const killed = await killedAnywhere(scene, schema, ms, scene.short ? 1 : 4)
    await completes(schema, wanted)
    return killed
  })
  await onFresh(scene, app, (schema) => twoAtOnce(schema, wanted, names))
  return `migrations of ${app}: killed behind ${behind} of ${names.length}, ${anywhere} times anywhere, run by two at once`
}

async function run(scene: Scene): Promise<Bite> {
  const apps = Object.keys(freshSchemas) as Schema['app'][]
  const chosen = scene.short ? [apps[Math.floor(scene.random() * apps.length)]!] : apps
  return { proof: await Promise.all(chosen.map((app) => interrupt(scene, app))), recoveriesMs: [] }
}

export default { id: 'F26', fault: 'migration interrupted', run } satisfies FaultCase
