import assert from 'node:assert/strict'
import type { Bite, FaultCase, Scene } from '../case.js'
import { patience } from '../patience.js'

const startMs = 60_000

async function run(scene: Scene): Promise<Bite> {
  const before = scene.run()
  const since = Date.now()
  const ms = await scene.startAnew('kill')
  assert.ok(ms < startMs * patience, `the start after a kill of everything took ${Math.round(ms)} ms`)
  const after = scene.run()
  const same = Object.entries(before.processes).filter(([name, pid]) => after.processes[name] === pid)
  assert.deepEqual(same, [], 'processes that were not killed')
  await scene.flowing()
  const felt = scene.log.filter(({ startedAt, outcome }) => startedAt >= since && outcome !== 'ok').length
  assert.ok(felt > 0, 'no write has noticed')
  const count = Object.keys(before.processes).length
  return {
    proof: [`${count} processes and their supervisor were killed; ${felt} writes had no success meanwhile`],
    recoveriesMs: [ms],
  }
}

export default { id: 'F28', fault: 'everything killed', run } satisfies FaultCase
