import { defaultLimits } from '@marquee/contracts'
import { ops } from '../../ops.js'
import { readRun } from '../../platform.js'
import { patience } from '../patience.js'
import { isReady } from '../processes.js'
import type { Check } from './context.js'

const graceMs = 1_000
const shown = 5

/** All run, and none exited but those that were ended on purpose. */
export const processes: Check = async ({ pids, broken }) => {
  const { states, processes } = readRun()
  const ready = await Promise.all(states.map(async ({ name }) => ({ name, ready: await isReady(name) })))
  const down = ready.filter((each) => !each.ready).map(({ name }) => `${name} does not run`)
  if (broken.all) return down
  const exited = states.filter(({ name }) => processes[name] !== pids[name] && !broken.exited.has(name))
  const excused = exited.filter(({ kind }) => kind === 'app').slice(0, broken.anyExited)
  const wrong = exited.filter((each) => !excused.includes(each))
  return [...down, ...wrong.map(({ name }) => `${name} exited, and nobody had ended it`)]
}

/** No request outlived its deadline, but for those to a gateway that could not answer. */
export const deadlines: Check = async ({ log, broken }) => {
  const late = log.filter(
    ({ ms, startedAt, via }) =>
      ms > defaultLimits.upstreamTimeoutMs + graceMs * patience &&
      !broken.frozen.some(
        ({ name, from, to }) => name === via && startedAt < to + graceMs && startedAt + ms > from,
      ),
  )
  return late
    .slice(0, shown)
    .map(({ kind, key, ms, via }) => `${kind} ${key} took ${Math.round(ms)} ms at ${via}`)
}

/** What single answers promised was kept. */
export const answersKept: Check = async ({ violations }) => [...new Set(violations)].slice(0, shown)

export const reconciled: Check = () => commandAgrees('reconcile', '--json')
export const replicated: Check = () => commandAgrees('replication', 'verify')

async function commandAgrees(...args: string[]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await ops(...args)
  return exitCode === 0 ? [] : [`ops ${args.join(' ')} exits ${exitCode}: ${stderr}${stdout.slice(0, 2_000)}`]
}
