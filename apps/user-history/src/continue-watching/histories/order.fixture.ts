import {
  absent,
  airing,
  archived,
  byPolicy,
  days,
  ended,
  episode,
  type History,
  left,
  next,
  published,
  resume,
  saw,
  season,
} from './words.fixture.js'

export const seasonsOutOfOrder: History[] = [
  {
    promise: 'who begins with the second season goes on in it',
    show: ended(season(1, 2), season(2, 3)),
    did: [saw('s2e1', 60)],
    finds: byPolicy(next('s2e2'), next('s2e2'), next('s1e1')),
  },
  {
    promise: 'who went back to the first season goes on there',
    show: ended(season(1, 2), season(2, 3)),
    did: [saw('s2e1', 200), saw('s1e1', 100)],
    finds: byPolicy(next('s1e2'), next('s2e2'), next('s1e2')),
  },
  {
    promise: 'of two unfinished episodes the one watched last is resumed, or the furthest',
    show: ended(season(1, 2), season(2, 3)),
    did: [left('s2e1', 300, 200), left('s1e1', 400, 100)],
    finds: byPolicy(resume('s1e1', 400), resume('s2e1', 300), resume('s1e1', 400)),
  },
  {
    promise: 'who saw the end first has nothing after it, but something unseen',
    show: ended(season(1, 2), season(2, 2)),
    did: [saw('s2e1', 90), saw('s2e2', 60)],
    finds: byPolicy(absent('nothing_after'), absent('nothing_after'), next('s1e1')),
  },
  {
    promise: 'what was completed further on is passed',
    show: ended(season(1, 2), season(2, 2)),
    did: [saw('s2e1', 300), saw('s1e1', 200), saw('s1e2', 100)],
    finds: next('s2e2'),
    past: { s1e2: 'completed', s2e1: 'completed' },
  },
  {
    promise: 'what was begun further on and left there is next, where it was left',
    show: ended(season(1, 2), season(2, 2)),
    did: [left('s2e1', 300, 300), saw('s1e2', 100)],
    finds: byPolicy(next('s2e1', 300), resume('s2e1', 300), next('s1e1')),
  },
  {
    promise: 'the order within a season is the sort order, whatever the numbers',
    show: ended(
      episode('s1e1', { sortOrder: 2 }),
      episode('s1e2', { sortOrder: 1.5 }),
      episode('s1e3', { sortOrder: 3 }),
    ),
    did: [saw('s1e2', 60)],
    finds: next('s1e1'),
  },
]

export const specials: History[] = [
  {
    promise: 'an unfinished special is resumed',
    show: airing(season(0, 1), season(1, 3)),
    did: [saw('s1e1', 200), left('s0e1', 200, 100)],
    finds: resume('s0e1', 200, 'unfinished_special'),
  },
  {
    promise: 'a finished special leaves the viewer where he was',
    show: airing(season(0, 1), season(1, 3)),
    did: [saw('s1e1', 300), left('s1e2', 500, 200), saw('s0e1', 100)],
    finds: resume('s1e2', 500),
    past: { s0e1: 'special' },
  },
  {
    promise: 'nobody goes on from a finished special',
    show: airing(season(0, 2), season(1, 3)),
    did: [saw('s0e1', 60)],
    finds: byPolicy(absent('no_anchor'), absent('no_anchor'), next('s1e1')),
  },
  {
    promise: 'an unfinished special is left behind by who goes on',
    show: airing(season(0, 1), season(1, 3)),
    did: [left('s0e1', 200, 200), saw('s1e1', 100)],
    finds: next('s1e2'),
  },
  {
    promise: 'a special is never next, and nobody misses it who has not seen it',
    show: airing(season(0, 1), season(1, 2)),
    did: [saw('s1e1', 100), saw('s1e2', 50)],
    finds: absent('caught_up'),
  },
  {
    promise: 'the finished one of two specials is no place, the unfinished one is',
    show: airing(season(0, 2), season(1, 3)),
    did: [left('s0e1', 200, 300), saw('s0e2', 100)],
    finds: resume('s0e1', 200, 'unfinished_special'),
  },
  {
    promise: 'a special that was taken down in the middle of it is not resumed',
    show: airing(season(0, 1), season(1, 3)),
    did: [saw('s1e1', 200), left('s0e1', 200, 100), archived('s0e1')],
    finds: next('s1e2'),
    past: { s0e1: 'not_published' },
  },
  {
    promise: 'a title of nothing but specials is completed with them',
    show: ended(season(0, 1)),
    did: [saw('s0e1', 60)],
    finds: absent('completed'),
  },
]

export const newSeason: History[] = [
  {
    promise: 'a show that ended and is all seen leaves the list',
    show: ended(season(1, 2)),
    did: [saw('s1e1', 100), saw('s1e2', 50)],
    finds: absent('completed'),
  },
  {
    promise: 'it comes back when an episode of a new season is published',
    show: ended(season(1, 2), episode('s2e1', { status: 'draft' })),
    did: [saw('s1e1', 10 * days), saw('s1e2', 9 * days), published('s2e1', 60)],
    finds: next('s2e1'),
  },
  {
    promise: 'a season that is still to air does not make it uncompleted',
    show: ended(season(1, 2), episode('s2e1', { airedAgo: -3 * days })),
    did: [saw('s1e1', 100), saw('s1e2', 50)],
    finds: absent('completed'),
    past: { s2e1: 'not_aired' },
  },
  {
    promise: 'who saw all of a show that airs again is caught up',
    show: airing(season(1, 2), episode('s2e1', { airedAgo: -3 * days })),
    did: [saw('s1e1', 100), saw('s1e2', 50)],
    finds: absent('caught_up'),
  },
  {
    promise: 'a new season sends nobody back to an episode that he skipped, unless he wants that',
    show: airing(season(1, 3), episode('s2e1', { status: 'draft' })),
    did: [saw('s1e1', 9 * days), saw('s1e3', 8 * days), published('s2e1', 60)],
    finds: byPolicy(next('s2e1'), next('s2e1'), next('s1e2')),
  },
]
