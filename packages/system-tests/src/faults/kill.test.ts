import { afterAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { seededRandom } from '@marquee/seed'
import { settle } from '@marquee/test-kit'
import { api } from '../checked.js'
import { closeClient } from '../client.js'
import { isAlive } from '../lifecycle/leftovers.js'
import { ops } from '../ops.js'
import { newPerson } from '../people.js'
import { readRun } from '../platform.js'
import { count, startLoad, type Write } from './load.js'
import { everyPlayIsKept, everyReviewIsKept, playsOf } from './people-check.js'
import { startProbe } from './probe.js'
import { everyTitleHasItsEvent, everyViewHasItsEvent, stableTotals } from './views-check.js'

const seed = Number(process.env.MARQUEE_FAULT_SEED ?? 20_261_121)
const random = seededRandom(seed)
const targets = process.env.MARQUEE_FAULT_TARGETS?.split(',') ?? Object.keys(readRun().processes)
const titles = [
  world.contents.winterTide,
  world.contents.paperLanterns,
  world.contents.jadeCourt,
  world.contents.lastFerry,
].map(({ id }) => id)
const tag = `kill-${seed}-${Date.now().toString(36)}`

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const totals = async () =>
  Object.fromEntries(
    await Promise.all(
      titles.map(async (id) => [id, (await api(`/api/v1/content/${id}`)).json.totalViews as number]),
    ),
  )

async function newTitle(): Promise<string> {
  const body = { kind: 'movie', title: tag, origin: 'other', originalLanguage: 'en', status: 'published' }
  return (await api('/api/v1/content', { method: 'POST', as: 'editor', body })).json.id
}

interface Bite {
  target: string
  unknown: number
  recoveryMs: number
  probe: number
}

/** Kills one process under load and waits until the supervisor has replaced it and every kind of write passes again. */
async function kill(target: string, log: Write[]): Promise<Bite> {
  const probe = startProbe(target)
  try {
    await pause(300 + random() * 1_200)
    const before = log.length
    const killedAt = Date.now()
    const pid = readRun().processes[target]!
    process.kill(pid, 'SIGKILL')
    await settle(() => expect(readRun().processes[target]).not.toBe(pid), { timeoutMs: 20_000 })
    await settle(
      async () => {
        expect((await api('/health/ready')).status).toBe(200)
        expect(isAlive(readRun().processes[target]!)).toBe(true)
        const passed = log
          .slice(before)
          .filter((write) => write.outcome === 'ok' && write.startedAt > killedAt)
        expect(count(passed, { kind: 'view' })).toBeGreaterThan(10)
        for (const kind of ['create', 'review', 'play'] as const)
          expect(count(passed, { kind })).toBeGreaterThan(3)
      },
      { timeoutMs: 30_000 },
    )
    const recoveryMs = Date.now() - killedAt
    const unknown = count(log.slice(before), { outcome: 'unknown' })
    return { target, unknown, recoveryMs, probe: await probe.stop() }
  } finally {
    await probe.stop()
  }
}

describe(`every process killed under load (seed ${seed})`, () => {
  afterAll(closeClient)

  it('loses no acknowledged write and counts none twice', async () => {
    await settle(async () => expect(Object.values(await totals()).every(Number.isInteger)).toBe(true), {
      timeoutMs: 10_000,
    })
    const before = await stableTotals(titles, tag)
    const [reviewed, players] = [await newTitle(), Array.from({ length: 8 }, () => newPerson().id)]
    const episodeId = world.episodes.winterTide1.id
    const load = startLoad({ writers: 24, titles, tag, reviewed, episodeId, players })
    const bites: Bite[] = []
    try {
      for (const target of targets) bites.push(await kill(target, load.log))
    } finally {
      await load.stop()
    }
    console.table(
      bites.map(({ target, unknown, recoveryMs, probe }) => ({ target, unknown, probe, recoveryMs })),
    )
    console.log(
      `${load.log.length} writes: ${count(load.log, { outcome: 'ok' })} ok, ${count(load.log, { outcome: 'fail' })} refused, ${count(load.log, { outcome: 'unknown' })} unknown`,
    )

    expect(load.violations).toEqual([])

    // Each fault bit: a client of that process saw at least one outcome that it could not know.
    for (const { target, unknown, probe } of bites)
      expect({ target, bit: unknown + probe > 0 }).toEqual({ target, bit: true })

    const after = await stableTotals(titles, tag)
    for (const id of titles) {
      const stored = after[id]! - before[id]!
      const ok = count(load.log, { kind: 'view', key: id, outcome: 'ok' })
      const unknown = count(load.log, { kind: 'view', key: id, outcome: 'unknown' })
      expect(stored).toBeGreaterThanOrEqual(ok)
      expect(stored).toBeLessThanOrEqual(ok + unknown)
    }

    const creates = load.log.filter((write) => write.kind === 'create')
    const made = new Map<string, string>()
    for (const { key, outcome } of creates) {
      const { status, json } = await api(`/api/v1/content/${key}`, { as: 'editor' })
      if (status === 200) made.set(json.id, key)
      if (outcome !== 'unknown')
        expect({ key, outcome, status }).toEqual({ key, outcome, status: outcome === 'ok' ? 200 : 404 })
    }
    await everyTitleHasItsEvent(made)
    await everyViewHasItsEvent(after)
    await everyReviewIsKept(load.log, reviewed)
    everyPlayIsKept(load.log, await playsOf(players))
    await settle(async () => expect(await ops('reconcile')).toMatchObject({ exitCode: 0 }), {
      timeoutMs: 60_000,
    })
    expect(await ops('replication', 'verify')).toMatchObject({ exitCode: 0 })
  }, 600_000)
})
