import { describe, expect, it } from '@jest/globals'
import type { StatusRule, WatchStatus } from '@marquee/contracts'
import {
  again,
  airing,
  archived,
  days,
  ended,
  episode,
  type History,
  left,
  next,
  paused,
  published,
  rewatched,
  type Step,
  saw,
  season,
} from '../continue-watching/histories/words.fixture.js'
import { playHistory } from '../testing/play-history.js'
import { type Chosen, watchStatus } from './status-rules.js'

const now = Date.parse('2026-03-20T12:00:00.000Z')
const set = (status: WatchStatus, minutesAgo: number): Chosen => ({ status, at: now - minutesAgo * 60_000 })
const statusOf = (show: History['show'], did: Step[], chosen: Chosen | null) =>
  watchStatus(playHistory({ promise: '', show, did, finds: next('') }, now), chosen)

const on = airing(season(1, 2))
const over = ended(season(1, 2))
const both = [saw('s1e1', 5 * days), saw('s1e2', 4 * days)]
const coming = episode('s1e3', { airedAgo: -1 * days })
const unsaid = (...episodes: ReturnType<typeof episode>[]) => ({
  ...ended(season(1, 2), episodes),
  airingStatus: null,
})

type Row = [string, History['show'], Step[], Chosen | null, WatchStatus, StatusRule]

describe('the status of a title', () => {
  it.each<Row>([
    ['is not_started before the first play', on, [], null, 'not_started', 'not_watched'],
    [
      'is not_started while nothing but weak was told',
      on,
      [paused('s1e1', 9)],
      null,
      'not_started',
      'not_watched',
    ],
    ['is watching from the first play', on, [left('s1e1', 300, 9)], null, 'watching', 'first_play'],
    [
      'is watching after a special too',
      airing(season(0, 1)),
      [left('s0e1', 300, 9)],
      null,
      'watching',
      'first_play',
    ],
    ['is completed with the last episode of one that ended', over, both, null, 'completed', 'all_seen'],
    ['is completed in whatever order', over, both.toReversed(), null, 'completed', 'all_seen'],
    ['is not completed by the last one alone', over, [saw('s1e2', 9)], null, 'watching', 'first_play'],
    ['is not completed while it airs', on, both, null, 'watching', 'first_play'],
    [
      'is completed whatever specials are left',
      ended(season(0, 1), season(1, 2)),
      both,
      null,
      'completed',
      'all_seen',
    ],
    [
      'is completed without what was archived',
      over,
      [saw('s1e1', 9), archived('s1e2')],
      null,
      'completed',
      'all_seen',
    ],
    [
      'is watching again when there is more to see',
      ended(season(1, 2), episode('s2e1', { status: 'draft' })),
      [...both, published('s2e1', 60)],
      null,
      'watching',
      'first_play',
    ],
    ['is completed where nobody said that it airs', unsaid(), both, null, 'completed', 'all_seen'],
    ['is watching there while an episode is announced', unsaid(coming), both, null, 'watching', 'first_play'],
    [
      'is rewatching from the beginning of a rewatch',
      over,
      [...both, rewatched(9)],
      null,
      'rewatching',
      'new_run',
    ],
    ['is rewatching also by a report', over, [...both, saw('s1e1', 9, again)], null, 'rewatching', 'new_run'],
    [
      'is completed again with the last episode of that',
      over,
      [...both, saw('s1e1', 9, again), saw('s1e2', 8)],
      null,
      'completed',
      'all_seen',
    ],
    ['is what the viewer set', on, [saw('s1e1', 60)], set('dropped', 30), 'dropped', 'set_by_viewer'],
    ['is what he set before any play', on, [], set('planned', 30), 'planned', 'set_by_viewer'],
    [
      'is watching after the first play of what was planned',
      on,
      [saw('s1e1', 9)],
      set('planned', 30),
      'watching',
      'first_play',
    ],
    [
      'is watching after a new play of what was dropped',
      on,
      [saw('s1e1', 9)],
      set('dropped', 30),
      'watching',
      'first_play',
    ],
    [
      'stays on hold when older plays are handed in',
      on,
      [saw('s1e1', 60)],
      set('on_hold', 30),
      'on_hold',
      'set_by_viewer',
    ],
    [
      'stays on hold while a client is paused at zero',
      on,
      [paused('s1e1', 9)],
      set('on_hold', 30),
      'on_hold',
      'set_by_viewer',
    ],
    ['stays on hold though all is seen', over, both, set('on_hold', 30), 'on_hold', 'set_by_viewer'],
    [
      'is completed by a new play of what he set',
      over,
      [saw('s1e1', 60), saw('s1e2', 9)],
      set('on_hold', 30),
      'completed',
      'all_seen',
    ],
    [
      'is rewatching when that is begun after he set it',
      over,
      [...both, rewatched(9)],
      set('completed', 30),
      'rewatching',
      'new_run',
    ],
    [
      'of a play at the very time is what he set',
      on,
      [saw('s1e1', 30)],
      set('dropped', 30),
      'dropped',
      'set_by_viewer',
    ],
  ])('%s', (_, show, did, chosen, status, rule) => {
    expect(statusOf(show, did, chosen)).toMatchObject({ status, rule })
  })
})

describe('being caught up', () => {
  it.each<[string, History['show'], Step[], Chosen | null, boolean]>([
    ['is told of who saw all of what airs', on, both, null, true],
    ['is told with an episode still to come', airing(season(1, 2), coming), both, null, true],
    ['is told beside what he set', on, both, set('on_hold', 30), true],
    ['is told in a rewatch', on, [...both, saw('s1e1', 9, again), saw('s1e2', 8)], null, true],
    ['is not told in the middle', on, [saw('s1e1', 9)], null, false],
    ['is not told of what ended', over, both, null, false],
    ['is not told of who has seen nothing', on, [], null, false],
    ['is not told of a title without episodes', airing(), [], set('planned', 30), false],
  ])('%s', (_, show, did, chosen, caughtUp) => {
    expect(statusOf(show, did, chosen).caughtUp).toBe(caughtUp)
  })
})
