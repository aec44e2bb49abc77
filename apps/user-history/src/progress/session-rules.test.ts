import { describe, expect, it } from '@jest/globals'
import { noon, report } from '../testing/reports.js'
import { titleState } from './progress-rules.js'

describe('a session', () => {
  const sitting = [
    report({ sequence: 1, at: 0, position: 10 }),
    report({ sequence: 2, at: 10, position: 20, device: 'tv' }),
    report({ sequence: 3, at: 20, position: 80 }), // skipped forward: ten seconds went by
    report({ sequence: 4, at: 30, position: 15 }), // back
    report({ sequence: 5, at: 60, position: 20, state: 'stopped' }), // paused on the way
  ]

  it.each([
    ['in order', sitting],
    ['reversed', sitting.toReversed()],
  ])('watched what it advanced, no more than the time that went by (%s)', (_, reports) => {
    expect(titleState(reports).sessions).toEqual([
      {
        sessionId: 's1',
        episodeId: 'e1',
        run: 1,
        startedAt: noon,
        latestAt: noon + 60_000,
        lastSequence: 5,
        lastAt: noon + 60_000,
        lastPosition: 20,
        watched: 25,
        completed: false,
        stopped: true,
        device: 'tv',
        quality: null,
        subtitles: null,
      },
    ])
  })

  it('is completed, stopped and named by any of its reports', () => {
    const [session] = titleState([
      report({ sequence: 1, at: 0, position: 95, state: 'stopped', device: 'tv', quality: 'HD' }),
      report({ sequence: 2, at: 9, position: 20, device: 'phone' }),
    ]).sessions
    expect(session).toMatchObject({ completed: true, stopped: true, device: 'phone', quality: 'HD' })
  })

  it('with one episode is another than with the next, under the same name', () => {
    const next = report({ sequence: 6, at: 70, position: 10, episodeId: 'e2' })
    expect(titleState([...sitting, next]).sessions.map(({ episodeId }) => episodeId)).toEqual(['e1', 'e2'])
  })

  it('starts with its earliest report and ends with its latest, whatever their sequences', () => {
    const [session] = titleState([
      report({ sequence: 2, at: 5, position: 10 }),
      report({ sequence: 1, at: 9, position: 5 }),
      report({ sequence: 3, at: 7, position: 9 }),
    ]).sessions
    expect(session).toMatchObject({ startedAt: noon + 5000, latestAt: noon + 9000, lastAt: noon + 7000 })
    expect(session!.watched).toBe(0)
  })
})
