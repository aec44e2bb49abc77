import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { world } from '@marquee/contracts'
import { newPerson, type Person } from '../../people.js'
import type { Bite, FaultCase, Scene } from '../case.js'
import { leaderFirst } from './app-kit/instances.js'
import { gateways, tell, untilAnswered } from './app-kit/requests.js'
import { rowsOf } from './app-kit/stores.js'

const { id: episodeId, durationSeconds: duration } = world.episodes.winterTide1
const reportsPerSession = 12
/** Reports of one session under way at once, so that they overtake each other. */
const together = 4
const secondsPerReport = 10

interface Player extends Person {
  /** Sessions that were ended and acknowledged as ended. */
  sessions: { sessionId: string; acknowledged: number }[]
  unknown: number
}

const reportOf = (sessionId: string, sequence: number, state = 'playing') => {
  const now = new Date().toISOString()
  const position = secondsPerReport * sequence
  return { episodeId, duration, position, sessionId, sequence, state, at: now, sentAt: now }
}

/** Plays one sitting: reports in groups, each group in any order, until the last is acknowledged. */
async function playSitting(scene: Scene, player: Player): Promise<void> {
  const sessionId = randomUUID()
  const session = { sessionId, acknowledged: 0 }
  const report = async (sequence: number) => {
    // The answer comes from a state in which everything acknowledged so far is.
    const least = secondsPerReport * session.acknowledged
    const ask = { method: 'POST', token: player.token, body: reportOf(sessionId, sequence) }
    const all = gateways(scene)
    const told = await tell(scene, all[sequence % all.length]!, '/api/v1/progress', ask)
    if (told === null || told.status >= 500) {
      player.unknown += 1
      return
    }
    assert.equal(told.status, 200, JSON.stringify(told.json))
    assert.ok(told.json.position >= least, `went back from ${least} to ${told.json.position} s`)
    session.acknowledged = Math.max(session.acknowledged, sequence)
  }
  for (let first = 1; first < reportsPerSession; first += together) {
    const group = Array.from({ length: together }, (_, n) => first + n)
    await Promise.all(group.sort(() => scene.random() - 0.5).map(report))
  }
  const last = reportsPerSession + together
  const ask = { method: 'POST', token: player.token, body: reportOf(sessionId, last, 'stopped') }
  const told = await untilAnswered(scene, '/api/v1/progress', ask)
  assert.deepEqual([told.status, told.json.position], [200, secondsPerReport * last])
  // A retry and a straggler of a session that is over change nothing.
  for (const sequence of [last, 1]) {
    const body = reportOf(sessionId, sequence, 'stopped')
    const { json } = await untilAnswered(scene, '/api/v1/progress', { ...ask, body })
    assert.equal(json.position, secondsPerReport * last)
  }
  session.acknowledged = last
  player.sessions.push(session)
}

function startPlaying(scene: Scene, players: Player[]) {
  let running = true
  const playing = Promise.allSettled(
    players.map(async (player) => {
      while (running) await playSitting(scene, player)
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

/** Of every session one play, its state that of its highest sequence; nothing else. */
async function everySessionIsOnePlay(url: string, players: readonly Player[]): Promise<void> {
  const ids = players.map(({ id }) => id)
  const plays = await rowsOf<{
    user: string
    session: string | null
    sequence: number | null
    plays: number
  }>(
    url,
    `SELECT h.user_id AS user, s.session_id AS session, s.last_sequence::integer AS sequence, count(*)::integer AS plays
     FROM user_watch_history AS h LEFT JOIN playback_sessions AS s ON s.user_id = h.user_id AND s.play_id = h.id
     WHERE h.user_id = ANY($1::uuid[]) GROUP BY 1, 2, 3`,
    [ids],
  )
  const found = plays.map(({ user, session, sequence, plays }) => `${user} ${session} ${sequence} ${plays}`)
  const wanted = players.flatMap(({ id, sessions }) =>
    sessions.map(({ sessionId, acknowledged }) => `${id} ${sessionId} ${acknowledged} 1`),
  )
  assert.deepEqual(found.sort(), wanted.sort(), 'plays by person, session and last sequence')

  const progress = await rowsOf<{ user: string; session: string; position: number }>(
    url,
    'SELECT user_id AS user, session_id AS session, position FROM user_progress WHERE user_id = ANY($1::uuid[])',
    [ids],
  )
  const last = players.map(({ id, sessions }) => `${id} ${sessions.at(-1)!.sessionId}`)
  assert.deepEqual(progress.map(({ user, session }) => `${user} ${session}`).sort(), last.sort(), 'progress')
}

async function run(scene: Scene): Promise<Bite> {
  const rounds = scene.short ? 2 : 6
  const names = await leaderFirst(scene, 'user-history.jobs')
  const players = Array.from({ length: 8 }, (): Player => ({ ...newPerson(), sessions: [], unknown: 0 }))
  const playing = startPlaying(scene, players)
  const recoveriesMs: number[] = []
  try {
    for (let round = 0; round < rounds; round++) {
      await new Promise((resolve) => setTimeout(resolve, 200 + scene.random() * 500))
      const victim = names[round % names.length]!
      await scene.kill(victim)
      recoveriesMs.push(await scene.ready(victim))
    }
  } finally {
    await playing.stop()
  }
  await everySessionIsOnePlay(scene.run().engines.analytics, players)
  const unknown = players.reduce((sum, player) => sum + player.unknown, 0)
  const sessions = players.reduce((sum, player) => sum + player.sessions.length, 0)
  assert.ok(unknown > 0, 'every report was answered')
  return {
    proof: [
      `${names.join(' and ')} were killed ${rounds} times in turn, beginning with the leader of the jobs`,
      `${unknown} reports of ${sessions} sessions had no answer`,
    ],
    recoveriesMs,
  }
}

export default { id: 'F03', fault: 'user-history killed in progress writes', run } satisfies FaultCase
