import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { seededRandom } from '@marquee/seed'
import { readTopic, settle } from '@marquee/test-kit'
import { api } from '../checked.js'
import { closeClient } from '../client.js'
import { readRun } from '../platform.js'
import { count, startLoad, type Write } from './load.js'
import { startProbe } from './probe.js'

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
const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
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
        expect(alive(readRun().processes[target]!)).toBe(true)
        const passed = log
          .slice(before)
          .filter((write) => write.outcome === 'ok' && write.startedAt > killedAt)
        expect(count(passed, { kind: 'view' })).toBeGreaterThan(10)
        expect(count(passed, { kind: 'create' })).toBeGreaterThan(3)
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
    const before = await stableTotals()
    const load = startLoad({ writers: 24, titles, tag })
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

    const after = await stableTotals()
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
  }, 400_000)
})

/**
 * The totals once the catalogue has caught up: the same as trending's own, read through the answer of a repeated view. The one view
 * that the key counts the first time is part of what is read before the load.
 */
async function stableTotals(): Promise<Record<string, number>> {
  const settled = await Promise.all(
    titles.map(async (id) => {
      const key = { method: 'POST', headers: { 'idempotency-key': `${tag}-settled-${id}` } }
      await api(`/api/v1/content/${id}/views/increment`, key)
      const total = await settle(
        async () => {
          const { json } = await api(`/api/v1/content/${id}/views/increment`, key)
          expect(json.counted).toBe(false)
          expect((await api(`/api/v1/content/${id}`)).json.totalViews).toBe(json.totalViews)
          return json.totalViews as number
        },
        { timeoutMs: 60_000, everyMs: 250 },
      )
      return [id, total] as const
    }),
  )
  return Object.fromEntries(settled)
}

/** What trending stored, told by its own command: it exits with 1 when its ids, totals and buckets differ among themselves. */
async function storedViewIds(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'marquee-ids-'))
  try {
    const file = join(folder, 'ids')
    const cli = join(import.meta.dirname, '../../../../apps/trending/dist/cli.js')
    const env = { ...process.env, COUNTERS_URL: readRun().engines.counters, NODE_OPTIONS: '' }
    await promisify(execFile)(process.execPath, [cli, 'reconcile', '--json', '--ids', file], { env })
    return (await readFile(file, 'utf8')).trim().split('\n')
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Kafka keeps every view longer than a platform under test is old: its distinct ids are those in Redis, and the totals. */
async function everyViewHasItsEvent(after: Record<string, number>) {
  await settle(
    async () => {
      const messages = await readTopic(readRun().engines.kafka, 'content.viewed')
      const idsOf = (chosen: typeof messages) => new Set(chosen.map(({ headers }) => String(headers.ce_id)))
      const counted = titles.map((id) => [
        id,
        idsOf(messages.filter((each) => each.headers.ce_subject === id)).size,
      ])
      expect(Object.fromEntries(counted)).toEqual(after)
      expect([...idsOf(messages)].sort()).toEqual((await storedViewIds()).sort())
    },
    { timeoutMs: 60_000, everyMs: 1_000 },
  )
}

async function everyTitleHasItsEvent(made: Map<string, string>) {
  await settle(
    async () => {
      const messages = await readTopic(readRun().engines.kafka, 'content')
      const subjects = new Set(
        messages
          .filter(({ headers }) => headers.ce_type === 'content.created')
          .map(({ headers }) => headers.ce_subject),
      )
      expect([...made.keys()].filter((id) => !subjects.has(id))).toEqual([])
    },
    { timeoutMs: 30_000 },
  )
}
