import type { FaultCase, Scene } from '../faults/case.js'
import { cases } from '../faults/cases/index.js'

/** Of the case list those that leave the first instance of every app alone: else no process would live long enough to be measured. */
const lasting = new Set(['F12', 'F14', 'F15', 'F16', 'F17', 'F18', 'F19', 'F20', 'F23'])

const apps = ['gateway', 'catalog', 'user-history', 'reviews', 'trending'] as const
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const frozenMs = 8_000

/** What the cases do to whichever instance leads, done to the second one. */
const ways: Record<string, (scene: Scene, name: string) => Promise<void>> = {
  killed: (scene, name) => scene.kill(name),
  stopped: (scene, name) => scene.terminate(name),
  async frozen(scene, name) {
    const { thaw } = scene.freeze(name)
    await pause(frozenMs)
    thaw()
  },
}

const ofSeconds: FaultCase[] = apps.flatMap((app) =>
  Object.entries(ways).map(([way, hurt]) => ({
    id: `${app}#2 ${way}`,
    fault: `the second ${app} ${way}`,
    async run(scene: Scene) {
      await hurt(scene, `${app}#2`)
      return { proof: [`${app}#2 was ${way}`], recoveriesMs: [await scene.ready(`${app}#2`)] }
    },
  })),
)

export const disturbances: FaultCase[] = [...cases.filter(({ id }) => lasting.has(id)), ...ofSeconds]
