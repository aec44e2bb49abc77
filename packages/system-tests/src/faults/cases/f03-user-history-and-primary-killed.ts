import assert from 'node:assert/strict'
import { settle } from '@marquee/test-kit'
import { until } from '../../lifecycle/until.js'
import type { Bite, FaultCase, Scene } from '../case.js'
import { patience } from '../patience.js'
import { leaderFirst } from './app-kit/instances.js'
import {
  lastSequence,
  newPlayer,
  type Player,
  positionOf,
  startPlaying,
  type Way,
} from './app-kit/sittings.js'
import { rowsOf } from './app-kit/stores.js'
import { pause } from './store-kit/asking.js'

const primary = 'postgres-analytics'
/** Half of them report one by one, the others in batches. */
const writers: Record<Way, number> = { 'one by one': 16, batches: 8, 'batches with a key': 8 }

const idsOf = (players: readonly Player[]) => players.map(({ id }) => id)
const sittingsOf = (players: readonly Player[]) =>
  players.flatMap(({ id, sittings }) => sittings.map((sitting) => ({ user: id, ...sitting })))

/** Of every sitting the reports that are kept: all that were acknowledged, none that nobody sent. */
async function everyReportIsKept(url: string, players: readonly Player[]): Promise<number> {
  const rows = await rowsOf<{ session: string; kept: number[] }>(
    url,
    `SELECT user_id || ' ' || session_id AS session, array_agg(sequence::integer) AS kept
     FROM progress_reports WHERE user_id = ANY($1::uuid[]) GROUP BY 1`,
    [idsOf(players)],
  )
  const kept = new Map(rows.map(({ session, kept }) => [session, new Set(kept)]))
  const sittings = sittingsOf(players)
  const wrong = sittings.flatMap(({ user, sessionId, acknowledged, sent }) => {
    const found = kept.get(`${user} ${sessionId}`) ?? new Set<number>()
    const lost = [...acknowledged].filter((sequence) => !found.has(sequence))
    const odd = [...found].filter((sequence) => !sent.has(sequence))
    return lost.length + odd.length === 0 ? [] : [{ user, sessionId, lost, odd }]
  })
  assert.deepEqual(wrong, [], 'acknowledged reports that are lost, and reports that nobody sent')
  assert.equal(kept.size, sittings.length, 'sittings with reports')
  return sittings.reduce((count, { acknowledged }) => count + acknowledged.size, 0)
}

/** Of every sitting one play, its state that of its highest sequence, and nothing else; its ids. */
async function everySittingIsOnePlay(url: string, players: readonly Player[]): Promise<string[]> {
  const plays = await rowsOf<{ id: string; sitting: string }>(
    url,
    `SELECT h.id, concat_ws(' ', h.user_id, s.session_id, s.episode_id, s.last_sequence, s.last_position) AS sitting
     FROM user_watch_history AS h LEFT JOIN playback_sessions AS s ON s.user_id = h.user_id AND s.play_id = h.id
     WHERE h.user_id = ANY($1::uuid[])`,
    [idsOf(players)],
  )
  const wanted = sittingsOf(players).map(
    ({ user, sessionId, episodeId }) =>
      `${user} ${sessionId} ${episodeId} ${lastSequence} ${positionOf(lastSequence)}`,
  )
  assert.deepEqual(plays.map(({ sitting }) => sitting).sort(), wanted.sort(), 'plays by sitting')
  return plays.map(({ id }) => id)
}

/** Everybody stands where his last sitting with each episode ended. */
async function everybodyStandsAtTheEnd(url: string, players: readonly Player[]): Promise<void> {
  const rows = await rowsOf<{ place: string }>(
    url,
    `SELECT concat_ws(' ', user_id, episode_id, session_id, position) AS place
     FROM user_progress WHERE user_id = ANY($1::uuid[])`,
    [idsOf(players)],
  )
  const last = new Map(
    sittingsOf(players).map(({ user, episodeId, sessionId }) => [
      `${user} ${episodeId}`,
      `${sessionId} ${positionOf(lastSequence)}`,
    ]),
  )
  const wanted = [...last].map(([of, place]) => `${of} ${place}`)
  assert.deepEqual(rows.map(({ place }) => place).sort(), wanted.sort(), 'progress')
}

/** The replica has these plays, each once, and no others of these people; milliseconds until it had. */
async function replicaHas(scene: Scene, players: readonly Player[], plays: readonly string[]) {
  const began = performance.now()
  const wanted = plays.toSorted()
  await settle(
    async () => {
      const rows = await rowsOf<{ id: string }>(
        scene.run().engines.replica,
        'SELECT id FROM user_watch_history WHERE user_id = ANY($1::uuid[])',
        [idsOf(players)],
      )
      assert.deepEqual(rows.map(({ id }) => id).sort(), wanted, 'plays at the replica')
    },
    { timeoutMs: 30_000 * patience, everyMs: 500 },
  )
  return performance.now() - began
}

/** Kills it and waits until it is there again and progress is kept; the milliseconds that it took. */
async function killOnce(scene: Scene, victim: string): Promise<number> {
  const began = performance.now()
  await scene.kill(victim)
  const killedAt = Date.now()
  await scene.ready(victim)
  await until(
    'progress is kept again',
    20_000 * patience,
    () => scene.acknowledged(killedAt, 'progress') >= 5,
  )
  return performance.now() - began
}

/** Each writer is in the middle of his reports: who was not answered since the last kill is waited for. */
async function everybodyWrites(players: readonly Player[]): Promise<void> {
  const before = new Map(players.map((player) => [player, player.answered]))
  await until('every writer is answered', 30_000 * patience, () =>
    players.every((player) => player.answered > before.get(player)!),
  )
}

const without = (players: readonly Player[]) =>
  players.reduce((sum, { unanswered, unavailable }) => sum + unanswered + unavailable, 0)

async function run(scene: Scene): Promise<Bite> {
  const rounds = scene.short ? 2 : 10
  const apps = await leaderFirst(scene, 'user-history.jobs')
  const ways = Object.entries(writers) as [Way, number][]
  const players = ways.flatMap(([way, count]) => Array.from({ length: count }, () => newPlayer(way)))
  const playing = startPlaying(scene, players)
  const recoveriesMs: number[] = []
  const felt = { app: 0, primary: 0 }
  try {
    for (let round = 0; round < rounds; round++) {
      await everybodyWrites(players)
      await pause(scene.random() * 500)
      const kind = round % 2 === 0 ? 'app' : 'primary'
      const before = without(players)
      recoveriesMs.push(await killOnce(scene, kind === 'app' ? apps[(round / 2) % apps.length]! : primary))
      felt[kind] += without(players) - before
    }
  } finally {
    await playing.stop()
  }
  const { analytics } = scene.run().engines
  const reports = await everyReportIsKept(analytics, players)
  const plays = await everySittingIsOnePlay(analytics, players)
  await everybodyStandsAtTheEnd(analytics, players)
  const behindMs = await replicaHas(scene, players, plays)
  assert.ok(felt.app > 0, `every request was answered while ${apps.join(' and ')} were killed`)
  assert.ok(felt.primary > 0, `every request was answered while ${primary} was killed`)
  const sum = (what: 'unanswered' | 'unavailable') => players.reduce((all, one) => all + one[what], 0)
  return {
    proof: [
      `${apps.join(' and ')}, the leader of the jobs first, and ${primary} were killed ${rounds} times in turn under ${players.length} writers`,
      `${felt.app} requests of theirs had no success around the kills of the app, ${felt.primary} around those of its primary: ${sum('unanswered')} without an answer, ${sum('unavailable')} with a 5xx`,
      `all ${reports} acknowledged reports are kept; ${plays.length} sittings are ${plays.length} plays, at the replica ${Math.round(behindMs)} ms later`,
    ],
    recoveriesMs,
  }
}

export default {
  id: 'F03',
  fault: 'user-history and its primary killed in progress writes',
  run,
} satisfies FaultCase
