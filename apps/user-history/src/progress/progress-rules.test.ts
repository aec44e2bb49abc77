import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { anyReports, noon, report } from '../testing/reports.js'
import { addReport, type EpisodeState, reportKey, type TitleState, titleState } from './progress-rules.js'
import type { Report } from './report-rules.js'

const stateOf = (reports: Report[], run = 1, episodeId = 'e1') =>
  titleState(reports).episodes.find((episode) => episode.run === run && episode.episodeId === episodeId)

/** Whatever order reports come in. */
const positionOf = (...reports: Report[]) => {
  const [position, reversed] = [reports, reports.toReversed()].map((set) => stateOf(set)?.position)
  expect(position).toBe(reversed)
  return position
}

describe('the report that counts', () => {
  it.each<[string, number, Report[]]>([
    [
      'of a session has the highest sequence, whatever its time',
      20,
      [
        report({ sequence: 9, at: 1, position: 20 }),
        report({ sequence: 8, at: 5, position: 80 }),
        report({ sequence: 7, at: 9, position: 70 }),
      ],
    ],
    [
      'between sessions is the latest',
      30,
      [
        report({ sessionId: 's1', sequence: 99, at: 1, position: 60 }),
        report({ sessionId: 's2', sequence: 1, at: 2, position: 30 }),
      ],
    ],
    [
      'between sessions is told by the one that counts in each',
      30,
      [
        report({ sessionId: 's1', sequence: 1, at: 9, position: 60 }),
        report({ sessionId: 's1', sequence: 2, at: 3, position: 61 }),
        report({ sessionId: 's2', sequence: 1, at: 4, position: 30 }),
      ],
    ],
    [
      'at the same time is that of the later session id',
      30,
      [
        report({ sessionId: 's1', sequence: 9, at: 1, position: 60 }),
        report({ sessionId: 's2', sequence: 1, at: 1, position: 30 }),
      ],
    ],
    [
      'is not a weak one where its session has a stronger',
      60,
      [report({ sequence: 1, at: 1, position: 60 }), report({ sequence: 2, at: 2, position: 4.9 })],
    ],
    [
      'is not a weak one where another session has a stronger',
      60,
      [
        report({ sessionId: 's1', at: 1, position: 60 }),
        report({ sessionId: 's2', at: 9, position: 0 }),
        report({ sessionId: 's3', at: 8, position: 3 }),
      ],
    ],
    [
      'is a weak one where there is no other',
      3,
      [report({ at: 1, position: 4 }), report({ at: 2, position: 3 })],
    ],
    ['is weak under five seconds', 5, [report({ at: 1, position: 5 }), report({ at: 2, position: 4.99 })]],
    [
      'of the highest sequence may go back',
      10,
      [report({ at: 1, position: 60 }), report({ at: 2, position: 10 })],
    ],
    ['is shown with no more than the duration', 100, [report({ position: 104, duration: 100 })]],
  ])('%s', (_, position, reports) => {
    expect(positionOf(...reports)).toBe(position)
  })
})

describe('completed', () => {
  const done = report({ at: 1, position: 95 })

  it('is sticky within a run, by any report of it', () => {
    const again = report({ sessionId: 's2', at: 5, position: 40 })
    for (const set of [
      [done, again],
      [again, done],
      [done, again, report({ sessionId: 's2', at: 6, position: 2 })],
    ])
      expect(stateOf(set)).toMatchObject({ position: 40, completed: true, rule: 'ninety_percent' })
  })

  it('names the rule of the earliest report that did it', () => {
    const credits = report({ sessionId: 's0', at: 0, position: 80, rule: 'credits' })
    expect(stateOf([done, credits])).toMatchObject({ position: 95, rule: 'credits' })
  })

  it('is of its own episode and run', () => {
    const other = report({ episodeId: 'e2', at: 2, position: 95 })
    const restart = report({ sessionId: 's2', at: 3, position: 0, restart: true })
    const { episodes } = titleState([done, other, restart])
    expect(episodes.map(({ episodeId, run, completed }) => [episodeId, run, completed])).toEqual([
      ['e1', 1, true],
      ['e2', 1, true],
      ['e1', 2, false],
    ])
  })
})

describe('a restart', () => {
  const before = report({ at: 1, position: 60 })
  const restart = report({ sessionId: 's2', at: 10, sequence: 1, restart: true })
  const runs = (reports: Report[]) => titleState(reports).episodes.map(({ run, position }) => [run, position])

  it('begins a run of the title with itself in it, and leaves what was before', () => {
    const other = report({ sessionId: 's3', episodeId: 'e2', at: 11, position: 30 })
    expect(titleState([before, restart, other])).toMatchObject({
      run: 2,
      episodes: [
        { run: 1, episodeId: 'e1', position: 60 },
        { run: 2, episodeId: 'e1', position: 0 },
        { run: 2, episodeId: 'e2', position: 30 },
      ],
    })
  })

  it('that comes late divides the reports that came before it', () => {
    const after = report({ at: 20, position: 80 })
    expect(titleState([before, after]).run).toBe(1)
    expect(runs([before, after, restart])).toEqual([
      [1, 60],
      [2, 80],
    ])
  })

  it('makes one run however often its session says so, the first of it', () => {
    const flagged = [2, 3, 4].map((sequence) => ({ ...restart, sequence, effectiveAt: noon - sequence }))
    expect(titleState([before, ...flagged, restart])).toMatchObject({ run: 2 })
    expect(titleState([before, restart, ...flagged]).episodes).toMatchObject([
      { run: 1, position: 60 },
      { run: 2, position: 0 },
    ])
    const elsewhere = { ...restart, episodeId: 'e2', sequence: 9 }
    expect(titleState([before, restart, elsewhere]).run).toBe(2)
  })

  it('of another session makes another run', () => {
    const again = report({ sessionId: 's3', at: 30, restart: true })
    const sameTime = report({ sessionId: 's4', at: 30, restart: true })
    expect(titleState([before, restart, again]).run).toBe(3)
    expect(runs([before, restart, again, sameTime])).toEqual([
      [1, 60],
      [2, 0],
      [4, 0],
    ])
  })
})

describe('a run that was begun by word', () => {
  const before = report({ at: 1, position: 60 })
  const begun = noon + 10_000

  it('is the present one, with nothing in it until it is watched', () => {
    expect(titleState([before], [begun])).toMatchObject({ run: 2, latestAt: begun, episodes: [{ run: 1 }] })
    const after = report({ at: 10, position: 30 })
    expect(titleState([before, after], [begun]).episodes).toMatchObject([
      { run: 1, position: 60 },
      { run: 2, position: 30 },
    ])
  })

  it('makes a report from before it a late one', () => {
    const known = { title: titleState([before], [begun]), session: null, episode: null }
    expect(addReport(known, report({ sessionId: 's2', at: 5 }))).toBeNull()
    expect(addReport(known, report({ sessionId: 's2', at: 11 }))).toMatchObject({ episode: { run: 2 } })
  })
})

/** Reports as the app keeps them: the first under a name stays. */
const kept = (arrivals: Report[]): Report[] => [
  ...new Map(arrivals.toReversed().map((one) => [reportKey(one), one])).values(),
]
const sorted = ({ run, latestAt, episodes, sessions }: TitleState) => ({
  run,
  latestAt,
  episodes: episodes.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
  sessions: sessions.toSorted((a, b) =>
    `${a.sessionId} ${a.episodeId}` < `${b.sessionId} ${b.episodeId}` ? -1 : 1,
  ),
})
const keyOf = ({ run, episodeId }: EpisodeState) => `${run} ${episodeId}`

/** What is known before a report that the fast way asks for. */
const surroundings = (state: TitleState, { sessionId, episodeId }: Report) => ({
  title: { run: state.run, latestAt: state.latestAt },
  session: state.sessions.find((one) => one.sessionId === sessionId && one.episodeId === episodeId) ?? null,
  episode: state.episodes.find((one) => one.run === state.run && one.episodeId === episodeId) ?? null,
})

/** The state after each arrival, told the fast way wherever that can be; counts how often it could. */
function arriveOneByOne(arrivals: Report[]) {
  let fast = 0
  const known: Report[] = []
  let state: TitleState | undefined
  for (const one of arrivals) {
    if (known.some((other) => reportKey(other) === reportKey(one))) continue
    known.push(one)
    const added = state && addReport(surroundings(state, one), one)
    if (!state || !added) {
      state = titleState(known)
      continue
    }
    fast += 1
    const { session, episode, title } = added
    state = {
      ...title,
      episodes: [...state.episodes.filter((other) => keyOf(other) !== keyOf(episode!)), episode!],
      sessions: [
        ...state.sessions.filter(
          (other) => other.sessionId !== session!.sessionId || other.episodeId !== session!.episodeId,
        ),
        session!,
      ],
    }
    expect(sorted(state)).toEqual(sorted(titleState(known)))
  }
  return { state, fast }
}

describe('state = f(set of reports)', () => {
  it('whatever order they come in, and however often', () => {
    fc.assert(
      fc.property(
        anyReports.chain((reports) => {
          const set = kept(reports)
          const again = fc.subarray(set).map((some) => [...set, ...some])
          const shuffled = again.chain((all) =>
            fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length }),
          )
          return fc.tuple(fc.constant(set), shuffled)
        }),
        ([set, arrivals]) => {
          fc.pre(set.length > 0)
          expect(sorted(titleState(kept(arrivals)))).toEqual(sorted(titleState(set)))
          expect(sorted(arriveOneByOne(arrivals).state!)).toEqual(sorted(titleState(set)))
        },
      ),
      { numRuns: 500 },
    )
  })

  it('also told one by one, the fast way wherever nothing is late', () => {
    let fast = 0
    fc.assert(
      fc.property(anyReports, (reports) => {
        const inTime = reports.toSorted((a, b) => a.effectiveAt - b.effectiveAt || a.sequence - b.sequence)
        for (const arrivals of [reports, inTime]) fast += arriveOneByOne(arrivals).fast
      }),
      { numRuns: 500 },
    )
    expect(fast).toBeGreaterThan(500)
  })

  it('is told the fast way all through an ordinary sitting', () => {
    const arrivals = Array.from({ length: 12 }, (_, n) =>
      report({ sequence: n, at: 10 * n, position: 8 * n, episodeId: n < 8 ? 'e1' : 'e2' }),
    )
    expect(arriveOneByOne(arrivals).fast).toBe(11)
  })
})
