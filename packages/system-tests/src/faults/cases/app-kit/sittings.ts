import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { world } from '@marquee/contracts'
import type { Ask } from '../../../client.js'
import { until } from '../../../lifecycle/until.js'
import { newPerson, type Person } from '../../../people.js'
import type { Scene } from '../../case.js'
import { patience } from '../../patience.js'
import { nextGateway, type Told, tell, withKey } from './requests.js'

/** How a player hands his reports in. With a key he asks again until he is answered; without one he goes on with the next. */
export type Way = 'one by one' | 'batches' | 'batches with a key'

export interface Player extends Person {
  way: Way
  sittings: Sitting[]
  answered: number
  /** Requests without a success: with no whole answer, and with a 5xx. Both may have had their effect. */
  unanswered: number
  unavailable: number
}

/** Of one episode; in the end its last report is acknowledged, and told to stop. */
export interface Sitting {
  sessionId: string
  episodeId: string
  duration: number
  /** Sequences of reports that were acknowledged, and of all that were sent. */
  acknowledged: Set<number>
  sent: Set<number>
}

/** Two episodes of two titles, which every player watches at once. */
const episodes = [world.episodes.winterTide1, world.episodes.lastFerry1]
const reportsPerSitting = 12
/** Reports of one sitting under way at once, so that they overtake each other. */
const together = 2
export const lastSequence = reportsPerSitting + together
const secondsPerReport = 10
export const positionOf = (sequence: number) => secondsPerReport * sequence
const answeredWithinMs = 30_000 * patience

export const newPlayer = (way: Way): Player => ({
  ...{ ...newPerson(), way },
  ...{ sittings: [], answered: 0, unanswered: 0, unavailable: 0 },
})

/** Players who play one sitting after the other until stopped. */
export function startPlaying(scene: Scene, players: readonly Player[]) {
  let running = true
  const playing = Promise.allSettled(
    players.map(async (player) => {
      while (running) await playSittings(scene, player)
    }),
  )
  return {
    /** @throws what went wrong for any player, once all have ended their sittings */
    async stop(): Promise<void> {
      running = false
      for (const one of await playing) if (one.status === 'rejected') throw one.reason
    },
  }
}

interface Report {
  sitting: Sitting
  sequence: number
}

/** One sitting of each episode: reports in groups, each group in any order, until the last of each is acknowledged. */
async function playSittings(scene: Scene, player: Player): Promise<void> {
  const sittings = episodes.map(({ id, durationSeconds }): Sitting => {
    const [acknowledged, sent] = [new Set<number>(), new Set<number>()]
    return { sessionId: randomUUID(), episodeId: id, duration: durationSeconds!, acknowledged, sent }
  })
  player.sittings.push(...sittings)
  const ofAll = (sequences: number[]) =>
    sittings.flatMap((sitting) => sequences.map((sequence): Report => ({ sitting, sequence })))
  const inAnyOrder = (reports: Report[]) => reports.sort(() => scene.random() - 0.5)
  for (let first = 1; first < reportsPerSitting; first += together)
    await handIn(scene, player, inAnyOrder(ofAll(Array.from({ length: together }, (_, n) => first + n))))
  await untilKept(scene, player, ofAll([lastSequence]))
  // Retries and stragglers of a sitting that is over change nothing.
  await untilKept(scene, player, inAnyOrder(ofAll([lastSequence, 1])))
}

async function untilKept(scene: Scene, player: Player, reports: Report[]): Promise<void> {
  let left = reports
  await until('reports are acknowledged', answeredWithinMs, async () => {
    left = await handIn(scene, player, left)
    return left.length === 0
  })
}

/** @returns those that were not acknowledged */
async function handIn(scene: Scene, player: Player, reports: readonly Report[]): Promise<Report[]> {
  // The answers come from a state in which everything acknowledged so far is.
  const least = new Map(reports.map(({ sitting }) => [sitting, Math.max(0, ...sitting.acknowledged)]))
  for (const { sitting, sequence } of reports) sitting.sent.add(sequence)
  const positions = await ways[player.way](scene, player, reports)
  for (const [place, position] of positions.entries()) {
    if (position === null) continue
    const { sitting, sequence } = reports[place]!
    const wanted = positionOf(Math.max(least.get(sitting)!, sequence))
    assert.ok(position >= wanted, `${sequence} of ${sitting.sessionId}: ${position} s, not ${wanted} s`)
    sitting.acknowledged.add(sequence)
  }
  return reports.filter((_, place) => positions[place] === null)
}

/** Position that each report was answered with; null where that is not known. */
type HandIn = (scene: Scene, player: Player, reports: readonly Report[]) => Promise<(number | null)[]>

const ways: Record<Way, HandIn> = {
  'one by one': async (scene, player, reports) =>
    await Promise.all(
      reports.map(async (report) => {
        const now = new Date()
        const body = { ...bodyOf(report, now), sentAt: now.toISOString() }
        return (await ask(scene, player, '/api/v1/progress', body))?.json.position ?? null
      }),
    ),
  batches: async (scene, player, reports) =>
    positionsOf(await ask(scene, player, batch, batchOf(reports)), reports),
  'batches with a key': async (scene, player, reports) => {
    const [body, headers] = [batchOf(reports), withKey(randomUUID())]
    let told = null as Told | null
    await until('a batch with a key is answered', answeredWithinMs, async () => {
      told = await ask(scene, player, batch, body, headers)
      return told !== null
    })
    const positions = positionsOf(told, reports)
    assert.ok(
      !positions.includes(null),
      `a batch with a key is kept as a whole: ${JSON.stringify(told?.json)}`,
    )
    return positions
  },
}
const batch = '/api/v1/progress/batch'

const bodyOf = ({ sitting, sequence }: Report, now: Date) => ({
  ...{ episodeId: sitting.episodeId, duration: sitting.duration, sessionId: sitting.sessionId },
  ...{ sequence, position: positionOf(sequence), state: sequence === lastSequence ? 'stopped' : 'playing' },
  at: now.toISOString(),
})

function batchOf(reports: readonly Report[]) {
  const now = Date.now()
  const items = reports.map((report) => bodyOf(report, new Date(now - (lastSequence - report.sequence))))
  return { items, sentAt: new Date(now).toISOString() }
}

function positionsOf(told: Told | null, reports: readonly Report[]): (number | null)[] {
  if (told === null) return reports.map(() => null)
  const items: { ok: boolean; progress: { position: number }; problem?: { code: string } }[] = told.json.items
  assert.equal(items.length, reports.length)
  return items.map(({ ok, progress, problem }) => {
    if (ok) return progress.position
    assert.equal(problem?.code, 'unavailable', JSON.stringify(problem))
    return null
  })
}

/** Null: the outcome is not known. */
async function ask(
  scene: Scene,
  player: Player,
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Told | null> {
  const request: Ask = { method: 'POST', token: player.token, headers, body }
  const told = await tell(scene, nextGateway(scene), path, request)
  if (told === null) player.unanswered += 1
  // The first request with this key may still be under way.
  else if (told.status >= 500 || told.json?.code === 'idempotency_key_in_use') player.unavailable += 1
  else {
    assert.equal(told.status, 200, JSON.stringify(told.json))
    player.answered += 1
    return told
  }
  return null
}
