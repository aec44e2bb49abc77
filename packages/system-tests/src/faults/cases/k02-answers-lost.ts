import type { FaultCase } from '../case.js'
import { count } from '../load/write.js'

/** Stores that answer writers. */
const stores = ['redis-counters', 'postgres-catalog', 'postgres-analytics', 'mongodb'] as const

const delayMs = 150
const rounds = { long: 20, short: 8 }
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** What a store did and could not say: whoever asks again, a driver or a client with its key, must find it done. */
const answersLost: FaultCase = {
  id: 'K02',
  fault: 'answers of the stores lost on their way',
  async run(scene) {
    const proof: string[] = []
    const recoveriesMs: number[] = []
    for (const store of scene.short ? stores.slice(0, 1) : stores) {
      const link = scene.link(store)
      const [from, held] = [scene.log.length, link.hindered()]
      for (let round = 0; round < (scene.short ? rounds.short : rounds.long); round++) {
        link.slow(delayMs)
        // At any moment some writes are done and their answers on the way.
        await pause(2 * delayMs + scene.random() * 2 * delayMs)
        link.reset()
        link.mend()
        await pause(scene.random() * 500)
      }
      recoveriesMs.push(await scene.flowing())
      const hurt = scene.log.slice(from)
      const unknown = count(hurt, { outcome: 'unknown' }) + count(hurt, { attempts: 2 })
      const bytes = link.hindered() - held
      if (bytes > 0)
        proof.push(`${store}: ${bytes} bytes held back, ${unknown} writes without an answer at first`)
    }
    return { proof, recoveriesMs }
  },
}
export default answersLost
