import type { Ask } from '../../../client.js'
import type { Scene } from '../../case.js'
import { gateways, type Told, tell } from '../app-kit/requests.js'

export interface Asked {
  name: string
  /** Since 1970. */
  startedAt: number
  ms: number
  /** Null: no whole answer came. */
  answer: Told | null
}

export type Asking = Record<string, { path: string } & Ask>

export const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** One request at one of the gateways, with the time it took. */
export async function timed(scene: Scene, name: string, asking: Asking[string], turn = 0): Promise<Asked> {
  const { path, ...ask } = asking
  const all = gateways(scene)
  const startedAt = Date.now()
  const began = performance.now()
  const answer = await tell(scene, all[turn % all.length]!, path, ask)
  return { name, startedAt, ms: performance.now() - began, answer }
}

/** Asks all of them once at every gateway. */
export const askAll = async (scene: Scene, asking: Asking): Promise<Asked[]> =>
  (
    await Promise.all(
      Object.entries(asking).map(([name, one]) =>
        Promise.all(gateways(scene).map((_, turn) => timed(scene, name, one, turn))),
      ),
    )
  ).flat()

/** Asks each of them again and again, at the gateways in turn, until stopped. */
export function keepAsking(scene: Scene, asking: Asking, everyMs = 100) {
  const asked: Asked[] = []
  let running = true
  const loops = Object.entries(asking).map(async ([name, one]) => {
    for (let turn = 0; running; turn++) {
      asked.push(await timed(scene, name, one, turn))
      await pause(everyMs)
    }
  })
  return {
    asked,
    async stop(): Promise<Asked[]> {
      running = false
      await Promise.all(loops)
      return asked
    },
  }
}

/** In words, for messages. */
export const said = ({ name, ms, answer }: Asked): string =>
  `${name}: ${answer ? `${answer.status} ${answer.json?.code ?? ''}` : 'no answer'} after ${Math.round(ms)} ms`
