import { isAlive } from '../../../lifecycle/leftovers.js'
import { until } from '../../../lifecycle/until.js'
import type { Scene } from '../../case.js'
import { instancesOf } from '../../metrics.js'

/** The instances of the app that a lease belongs to, its leader first. */
export async function leaderFirst(scene: Scene, lease: string): Promise<string[]> {
  const leader = await scene.leaderOf(lease)
  return [leader, ...instancesOf(lease.split('.')[0]!).filter((name) => name !== leader)]
}

/** Resolves when another process than `pid` has taken its place; the milliseconds that it took. */
export async function replaced(scene: Scene, name: string, pid: number): Promise<number> {
  const began = performance.now()
  await until(`${name} runs again`, 20_000, () => {
    const now = scene.run().processes[name]
    return now !== undefined && now !== pid && isAlive(now)
  })
  return performance.now() - began
}
