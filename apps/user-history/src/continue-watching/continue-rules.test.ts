import { describe, expect, it } from '@jest/globals'
import { type ContinuePolicy, continuePolicies } from '@marquee/contracts'
import { idOf, playHistory } from '../testing/play-history.js'
import { continueWatching, type Outcome } from './continue-rules.js'
import {
  airing,
  archived,
  days,
  dismissed,
  type Expected,
  ended,
  episode,
  type History,
  left,
  next,
  policyRules,
  published,
  resume,
  rewatched,
  saw,
  season,
  topics,
} from './histories/words.fixture.js'
import { histories } from './histories.fixture.js'

const now = Date.parse('2026-03-20T12:00:00.000Z')
const minute = 60_000
const play = (history: Pick<History, 'show' | 'did'>, policy: ContinuePolicy = 'last_played') =>
  continueWatching({ ...playHistory({ promise: '', finds: resume('', 0), ...history }, now), policy })

/** What a history says of a policy. */
const said = ({ finds }: History, policy: ContinuePolicy): Expected =>
  'state' in finds ? finds : finds[policy]
const asSaid = (expected: Expected, policy: ContinuePolicy, { show }: History): unknown => {
  if (expected.state === 'absent') return expected
  const { episode: name, rule = policyRules[policy][expected.state], ...rest } = expected
  return { ...rest, rule, id: idOf(show.episodes.find((one) => one.name === name)!) }
}
const found = (outcome: Outcome): unknown => {
  if (outcome.state === 'absent') return { state: outcome.state, rule: outcome.rule }
  const { state, rule, position } = outcome
  return { state, rule, position, id: outcome.episode.id }
}

const all = Object.values(histories).flat()
const policies = continuePolicies.map((policy) => ({ policy }))

describe.each(Object.entries(histories))('%s', (_, ofTopic) => {
  describe.each(ofTopic)('$promise', (history) => {
    it.each(policies)('by $policy', ({ policy }) => {
      const { outcome, skipped } = continueWatching({ ...playHistory(history, now), policy })
      expect(found(outcome)).toEqual(asSaid(said(history, policy), policy, history))
      if (policy !== 'last_played') return
      const past = Object.entries(history.past ?? {}).map(([name, reason]) => [
        idOf(history.show.episodes.find((one) => one.name === name)!),
        reason,
      ])
      expect(skipped.map((one) => [one.episode.id, one.reason])).toEqual(expect.arrayContaining(past))
    })
  })
})

describe('the histories', () => {
  it('are many, of every topic, and tell the policies apart', () => {
    expect(Object.keys(histories)).toEqual(topics)
    expect(all.length).toBeGreaterThanOrEqual(60)
    for (const ofTopic of Object.values(histories)) expect(ofTopic.length).toBeGreaterThanOrEqual(4)
    const differing = all.filter(
      (history) => new Set(continuePolicies.map((policy) => JSON.stringify(said(history, policy)))).size > 1,
    )
    expect(differing.length).toBeGreaterThanOrEqual(15)
    expect(new Set(all.map(({ promise }) => promise)).size).toBe(all.length)
  })
})

describe('the place in the list', () => {
  const at = (minutes: number) => now - minutes * minute
  const show = airing(season(1, 3))

  it.each<[string, Pick<History, 'show' | 'did'>, number]>([
    ['is the time of the latest activity', { show, did: [saw('s1e1', 200), left('s1e2', 300, 100)] }, 100],
    ['is that of any episode', { show, did: [left('s1e3', 300, 100), saw('s1e1', 200)] }, 100],
    ['is not moved by a weak position', { show, did: [left('s1e2', 300, 100), left('s1e3', 2, 10)] }, 100],
    [
      'is the time that the next episode aired where that is later',
      { show: airing(season(1, 1), episode('s1e2', { airedAgo: 60 })), did: [saw('s1e1', 100)] },
      60,
    ],
    [
      'is the time that it was published where that is later still',
      {
        show: airing(season(1, 1), episode('s1e2', { status: 'draft' })),
        did: [saw('s1e1', 100), published('s1e2', 30)],
      },
      30,
    ],
    [
      'is not that of an episode further on',
      { show: airing(season(1, 2), episode('s1e3', { airedAgo: 60 })), did: [saw('s1e1', 100)] },
      100,
    ],
    [
      'is not when the episode that is resumed came',
      { show: airing(episode('s1e1', { publishedAgo: 60 })), did: [left('s1e1', 300, 100)] },
      100,
    ],
    [
      'is when a rewatch was begun',
      { show, did: [saw('s1e1', 5 * days), saw('s1e2', 4 * days), rewatched(20)] },
      20,
    ],
  ])('%s', (_, history, minutes) => {
    const verdict = play(history)
    expect(verdict.sortAt).toBe(at(minutes))
  })

  it('is not the time at which an episode was published that was there when we last heard of the viewer', () => {
    const show = airing(season(1, 1), episode('s1e2', { airedAgo: 70, publishedAgo: 30 }))
    const asked = playHistory({ promise: '', finds: next(''), show, did: [saw('s1e1', 100)] }, now)
    const sortedAt = (heardAt: number) =>
      continueWatching({ ...asked, heardAt, policy: 'last_played' }).sortAt
    expect([sortedAt(at(31)), sortedAt(at(29))]).toEqual([at(30), at(70)])
  })

  it('is none for what is absent', () => {
    expect(play({ show, did: [] })).toMatchObject({ sortAt: null, lastWatchedAt: null })
    const verdict = play({ show, did: [saw('s1e1', 100), dismissed(50)] })
    expect(verdict).toMatchObject({ sortAt: null, lastWatchedAt: at(100) })
  })
})

describe('the explanation', () => {
  const show = ended(season(1, 3))

  it('tells the anchor of the policy and how far the run is', () => {
    const did = [saw('s1e3', 300), left('s1e2', 400, 200)]
    expect(play({ show, did })).toMatchObject({
      anchor: { episode: { name: 's1e2' }, state: { position: 400, completed: false } },
      standing: { aired: 3, seen: 1, all: null },
    })
    expect(play({ show, did }, 'furthest')).toMatchObject({ anchor: { episode: { name: 's1e3' } } })
  })

  it('tells in order what was passed over, and not what was found', () => {
    const did = [saw('s1e1', 300), left('s1e2', 3, 200), left('s1e3', 3, 100)]
    const names = play({ show, did }).skipped.map((one) => [
      (one.episode as { name?: string }).name,
      one.reason,
    ])
    expect(names).toEqual([
      ['s1e1', 'completed'],
      ['s1e3', 'weak'],
    ])
  })

  it('tells why the one watched last is not resumed, also where the search starts before it', () => {
    const did = [left('s1e2', 400, 200), archived('s1e2')]
    const { outcome, skipped } = play({ show, did }, 'first_unseen')
    expect(outcome).toMatchObject({ state: 'next', episode: { name: 's1e1' } })
    expect(skipped).toMatchObject([{ episode: { name: 's1e2' }, reason: 'not_published' }])
  })

  it('tells of a dismissed title what would be listed', () => {
    const { outcome } = play({ show, did: [saw('s1e1', 100), dismissed(50)] })
    expect(outcome).toMatchObject({
      rule: 'dismissed',
      instead: { state: 'next', rule: 'after_last_played', episode: { name: 's1e2' } },
    })
  })

  it('has the duration by which the position was judged, else the catalogue’s, else none', () => {
    const durations = [saw('s1e1', 100), left('s1e2', 100, 50, { duration: 1500 })].map(
      (one) => play({ show: airing(season(1, 3, { durationSeconds: null })), did: [one] }).outcome,
    )
    expect(durations).toMatchObject([
      { state: 'next', duration: null },
      { state: 'resume', duration: 1500 },
    ])
    expect(play({ show, did: [saw('s1e1', 100)] }).outcome).toMatchObject({ duration: 1000 })
  })
})

describe('the answer', () => {
  it('does not depend on the order of what it is told', () => {
    for (const history of all) {
      const asked = playHistory(history, now)
      const { episodes, watched } = asked
      const reversed = { ...watched, episodes: watched.episodes.toReversed() }
      for (const policy of continuePolicies)
        expect(
          continueWatching({ ...asked, policy, episodes: episodes.toReversed(), watched: reversed }),
        ).toEqual(continueWatching({ ...asked, policy }))
    }
  })

  it('takes of two episodes in one place the one of the lower id first', () => {
    const same = [episode('s1e2', { sortOrder: 1 }), episode('s1e1', { sortOrder: 1 })]
    for (const show of [airing(same), airing(same.toReversed())])
      expect(play({ show, did: [saw('s1e1', 9)] }).outcome).toMatchObject({ episode: { name: 's1e2' } })
  })

  it('passes over states of episodes that nobody knows', () => {
    const asked = playHistory(
      { promise: '', finds: next(''), show: airing(season(1, 2)), did: [saw('s1e1', 9)] },
      now,
    )
    const { outcome } = continueWatching({ ...asked, episodes: [], policy: 'last_played' })
    expect(outcome).toEqual({ state: 'absent', rule: 'no_anchor' })
  })
})
