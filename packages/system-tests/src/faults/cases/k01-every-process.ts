import assert from 'node:assert/strict'
import type { FaultCase, Scene } from '../case.js'

/** How many die at once: the short form ends them in four waves, the long one by one. */
const waves = 4

/** Every process of the platform, in a random order. */
function targets({ run, random, short }: Scene): string[][] {
  const names = run()
    .states.map(({ name }) => ({ name, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ name }) => name)
  if (!short) return names.map((name) => [name])
  // Two instances of an app never die in one wave: then nobody would be there to answer.
  const firsts = names.filter((name) => !name.includes('#'))
  const seconds = names.filter((name) => name.includes('#'))
  const wave = (all: string[], n: number, of: number) => all.filter((_, index) => index % of === n)
  const engines = (name: string) => run().states.find((each) => each.name === name)?.kind === 'engine'
  return [
    firsts.filter((name) => !engines(name)),
    seconds,
    ...Array.from({ length: waves - 2 }, (_, n) => wave(firsts.filter(engines), n, waves - 2)),
  ]
}

const everyProcess: FaultCase = {
  id: 'K01',
  fault: 'every process killed once',
  async run(scene) {
    const recoveriesMs: number[] = []
    let killed = 0
    const since = Date.now()
    for (const names of targets(scene)) {
      const before = names.map((name) => scene.run().processes[name])
      const began = performance.now()
      await scene.kill(...names)
      await scene.ready(...names)
      await scene.flowing()
      recoveriesMs.push(performance.now() - began)
      const after = names.map((name) => scene.run().processes[name])
      for (const [n, name] of names.entries())
        assert.notEqual(after[n], before[n], `${name} is another process`)
      killed += names.length
    }
    const hurt = scene.log.filter(({ startedAt, outcome }) => startedAt >= since && outcome !== 'ok').length
    return {
      proof:
        hurt > 0
          ? [`${killed} processes were killed and came back`, `${hurt} writes were not acknowledged`]
          : [],
      recoveriesMs,
    }
  },
}
export default everyProcess
