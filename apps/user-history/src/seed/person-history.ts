import { namedIdAt } from '@marquee/seed'
import { type TitleState, titleState } from '../progress/progress-rules.js'
import { type Report, toReport } from '../progress/report-rules.js'
import type { SessionState } from '../progress/session-rules.js'
import type { Sitting } from './draw-sittings.js'

export interface TitleHistory {
  contentId: string
  reports: Report[]
  state: TitleState
}
/** A closed session with the id of its play. */
export interface ClosedSession extends SessionState {
  contentId: string
  playId: string
}
/** All that the player of one person would have left behind. */
export interface PersonHistory {
  userId: string
  titles: TitleHistory[]
  sessions: ClosedSession[]
}

/** What a person watches with. */
export interface Habits {
  device: string
  quality: string
  subtitles: string | null
}

/** A sitting that was drawn, or one of the named world, whose play has an id already. */
export type PlayedSitting = Sitting & { playId?: string }

// No player can choose a name with a space.
const sessionName = (n: number) => `seed ${n + 1}`

/** Reports of sittings as a player sends them, and what the rules of live reports make of them. */
export function personHistory(
  userId: string,
  sittings: readonly PlayedSitting[],
  habits: Habits,
): PersonHistory {
  const byTitle = new Map<string, Report[]>()
  sittings.forEach((sitting, n) => {
    const reports = byTitle.get(sitting.contentId) ?? []
    reports.push(...reportsOf(sitting, sessionName(n), habits))
    byTitle.set(sitting.contentId, reports)
  })
  const titles = [...byTitle].map(([contentId, reports]) => ({
    contentId,
    reports,
    state: titleState(reports),
  }))
  const given = new Map(sittings.map(({ playId }, n) => [sessionName(n), playId]))
  const sessions = titles.flatMap(({ contentId, state }) =>
    state.sessions.map((session) => {
      const playId = given.get(session.sessionId) ?? playIdOf(userId, session)
      return { ...session, contentId, playId }
    }),
  )
  return { userId, titles, sessions }
}

const playIdOf = (userId: string, { sessionId, startedAt }: SessionState) =>
  namedIdAt(startedAt, `play ${userId} ${sessionId}`)

/** At its start, once on the way, and when it is stopped. */
function reportsOf(sitting: PlayedSitting, sessionId: string, habits: Habits): Report[] {
  const { episode, startsAt, wallSeconds, from, to, duration, restart } = sitting
  const report = (sequence: number, position: number, seconds: number, state: 'playing' | 'stopped') =>
    toReport(
      {
        episodeId: episode.id,
        sessionId,
        sequence,
        position,
        duration,
        state,
        restart: restart && sequence === 0,
        device: habits.device,
        quality: habits.quality,
        ...(habits.subtitles !== null && { subtitles: habits.subtitles }),
      },
      startsAt + seconds * 1000,
      episode,
    )
  const half = Math.floor(Math.min(to - from, wallSeconds) / 2)
  const middle = report(1, from + half, half, 'playing')
  return [
    report(0, from, 0, 'playing'),
    // A session ends with the report that completes it: what came after would not be in its play.
    ...(middle.rule === 'not_completed' ? [middle] : []),
    report(2, to, wallSeconds, 'stopped'),
  ]
}
