import { until } from '../lifecycle/until.js'
import { ops } from '../ops.js'
import { dataDir, readRun } from '../platform.js'
import type { Scene } from './case.js'
import type { Load } from './load/load.js'
import { type Kind, kinds } from './load/write.js'
import { leaderOf, scrape, sum } from './metrics.js'
import { patience } from './patience.js'
import { arm, disarmAll, setClock } from './points.js'
import { freeze, hold, isReady, kill, releaseAll, terminate } from './processes.js'
import type { UnderTest } from './under-test.js'

const readyWithinMs = 60_000 * patience
const flowingWithinMs = 60_000 * patience
/** Writes of each kind that must pass before all is said to flow. */
const flowing = 2

/** What the checker has to know of what was broken on purpose. */
export interface Broken {
  /** They were ended. */
  exited: Set<string>
  /** Fail points that end whichever process comes first: so many may have exited besides. */
  anyExited: number
  /** When a process could not answer. */
  frozen: { name: string; from: number; to: number }[]
  /** Everything was ended. */
  all: boolean
}

interface Parts {
  platform: UnderTest
  load: Load
  random: () => number
  short: boolean
}

export function createScene({ platform, load, random, short }: Parts) {
  const broken: Broken = { exited: new Set(), anyExited: 0, frozen: [], all: false }
  const thaws = new Set<() => void>()
  const end = (names: string[]) => {
    for (const name of names) broken.exited.add(name)
  }

  const acknowledged = (since: number, kind?: Kind) => {
    let count = 0
    // They are in the order of their ends: before one that ended earlier, none began later.
    for (let n = load.log.length - 1; n >= 0; n--) {
      const { startedAt, ms, outcome, kind: its } = load.log[n]!
      if (startedAt + ms < since - 1_000) break
      if (outcome === 'ok' && startedAt > since && (kind === undefined || kind === its)) count++
    }
    return count
  }

  const scene: Scene = {
    random,
    short,
    run: readRun,
    dataDir,
    log: load.log,
    acknowledged,
    async kill(...names) {
      end(names)
      await kill(names)
    },
    async killAndHold(...names) {
      end(names)
      const { release } = hold(names)
      await kill(names)
      return {
        async back() {
          release()
          await scene.ready(...names)
        },
      }
    },
    freeze(...names) {
      const { thaw } = freeze(names)
      const intervals = names.map((name) => ({ name, from: Date.now(), to: Number.POSITIVE_INFINITY }))
      broken.frozen.push(...intervals)
      const once = () => {
        thaws.delete(once)
        thaw()
        for (const interval of intervals) interval.to = Math.min(interval.to, Date.now())
      }
      thaws.add(once)
      return { thaw: once }
    },
    async terminate(name) {
      end([name])
      await terminate(name)
    },
    ready: (...names) =>
      took(() =>
        until(`${names.join(', ')} ready again`, readyWithinMs, async () =>
          (await Promise.all(names.map(isReady))).every(Boolean),
        ),
      ),
    flowing() {
      const since = Date.now()
      return took(() =>
        until('every kind of write passes', flowingWithinMs, () =>
          kinds.every((kind) => acknowledged(since, kind) >= flowing),
        ),
      )
    },
    leaderOf,
    metric: async (instance, name, labels) => sum(await scrape(instance), name, labels),
    arm(point, armed) {
      if (armed.action === 'kill') {
        if (armed.instance === undefined) broken.anyExited++
        else end([armed.instance])
      }
      return arm(point, armed)
    },
    async startAnew(how, env) {
      broken.all = true
      return await platform.startAnew(how, env)
    },
    excuse: (...names) => end(names),
    setClock,
    link(process) {
      const link = platform.links.get(process)
      if (!link) throw new Error(`there is no link to ${process}`)
      return link
    },
    ops,
  }

  return {
    scene,
    broken,
    /** What a case that failed half-way left broken. */
    async mend() {
      for (const thaw of thaws) thaw()
      releaseAll()
      disarmAll()
      for (const link of platform.links.values()) link.mend()
      if (Object.keys(platform.extra).length > 0) await platform.startAnew('stop')
    },
  }
}

async function took(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
