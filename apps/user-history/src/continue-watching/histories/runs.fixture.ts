import {
  absent,
  again,
  airing,
  byPolicy,
  days,
  dismissed,
  ended,
  episode,
  type History,
  hours,
  left,
  next,
  published,
  resume,
  rewatched,
  saw,
  season,
} from './words.fixture.js'

const sawThree = [saw('s1e1', 5 * days), saw('s1e2', 4 * days), saw('s1e3', 3 * days)]

export const rewatches: History[] = [
  {
    promise: 'a rewatch counts only what it saw itself',
    show: ended(season(1, 3)),
    did: [...sawThree, saw('s1e1', 120, again)],
    finds: next('s1e2'),
  },
  {
    promise: 'a rewatch that was begun and not watched yet starts at the beginning',
    show: ended(season(1, 3)),
    did: [...sawThree, rewatched(60)],
    finds: next('s1e1', 0, 'new_run'),
  },
  {
    promise: 'a rewatch begins after what a fast clock dated a little ahead',
    show: ended(season(1, 3)),
    did: [...sawThree, left('s1e2', 500, 1, { clock: 4, uncorrected: true }), rewatched(0)],
    finds: next('s1e1', 0, 'new_run'),
  },
  {
    promise: 'a rewatch that a player began and left at zero starts there too',
    show: ended(season(1, 3)),
    did: [...sawThree, left('s1e1', 0, 60, again)],
    finds: next('s1e1', 0, 'new_run'),
  },
  {
    promise: 'a rewatch that was begun by word goes on with what is watched of it',
    show: ended(season(1, 3)),
    did: [...sawThree, rewatched(120), left('s1e1', 400, 60)],
    finds: resume('s1e1', 400),
  },
  {
    promise: 'a rewatch that saw all leaves the list',
    show: ended(season(1, 2)),
    did: [saw('s1e1', 5 * days), saw('s1e2', 4 * days), saw('s1e1', 120, again), saw('s1e2', 60)],
    finds: absent('completed'),
  },
  {
    promise: 'a rewatch that jumps has its places as any run',
    show: ended(season(1, 3)),
    did: [...sawThree, left('s1e3', 300, 100, again), saw('s1e1', 50)],
    finds: byPolicy(next('s1e2'), resume('s1e3', 300), next('s1e2')),
  },
  {
    promise: 'an episode that is watched once more without a rewatch stays completed',
    show: airing(season(1, 3)),
    did: [saw('s1e1', 300), saw('s1e2', 200), left('s1e1', 100, 50, { more: { sessionId: 'again' } })],
    finds: next('s1e3'),
    past: { s1e1: 'completed', s1e2: 'completed' },
  },
  {
    promise: 'a report from before the rewatch that comes late is none of it',
    show: ended(season(1, 3)),
    did: [saw('s1e1', 100, again), saw('s1e2', 5 * days)],
    finds: next('s1e2'),
  },
]

export const dismissals: History[] = [
  {
    promise: 'a dismissed title stays away',
    show: airing(season(1, 3)),
    did: [saw('s1e1', 100), dismissed(50)],
    finds: absent('dismissed'),
  },
  {
    promise: 'it stays away though a fast clock dated what was watched before a little ahead',
    show: airing(season(1, 3)),
    did: [left('s1e1', 300, 1, { clock: 4, uncorrected: true }), dismissed(0)],
    finds: absent('dismissed'),
  },
  {
    promise: 'a new play brings it back',
    show: airing(season(1, 3)),
    did: [saw('s1e1', 100), dismissed(50), left('s1e2', 300, 10)],
    finds: resume('s1e2', 300),
  },
  {
    promise: 'an episode that is published afterwards brings it back, where the viewer was',
    show: airing(season(1, 2), episode('s1e3', { status: 'draft' })),
    did: [saw('s1e1', 2 * days), dismissed(1 * days), published('s1e3', 60)],
    finds: next('s1e2'),
  },
  {
    promise: 'so does one that airs afterwards, though it was published before',
    show: airing(season(1, 2), episode('s1e3', { airedAgo: 1 * hours })),
    did: [saw('s1e1', 4 * days), saw('s1e2', 3 * days), dismissed(2 * days)],
    finds: next('s1e3'),
  },
  {
    promise: 'one that is still to air does not',
    show: airing(season(1, 2), episode('s1e3', { airedAgo: -1 * hours, publishedAgo: 1 * hours })),
    did: [saw('s1e1', 4 * days), dismissed(2 * days)],
    finds: absent('dismissed'),
  },
  {
    promise: 'a new special does not',
    show: airing(season(1, 3), episode('s0e1', { status: 'draft' })),
    did: [saw('s1e1', 2 * days), dismissed(1 * days), published('s0e1', 60)],
    finds: absent('dismissed'),
  },
  {
    promise: 'a new VIP episode does not for a free viewer',
    show: {
      ...airing(season(1, 2, { isFree: true }), episode('s1e3', { status: 'draft' })),
      isVip: true,
    },
    did: [saw('s1e1', 2 * days), dismissed(1 * days), published('s1e3', 60)],
    finds: absent('dismissed'),
  },
  {
    promise: 'a rewatch that is begun afterwards does',
    show: ended(season(1, 3)),
    did: [...sawThree, dismissed(2 * days), rewatched(60)],
    finds: next('s1e1', 0, 'new_run'),
  },
  {
    promise: 'a title that comes back does so with the place of each policy',
    show: airing(season(1, 3), episode('s1e4', { status: 'draft' })),
    did: [saw('s1e3', 3 * days), saw('s1e1', 2 * days), dismissed(1 * days), published('s1e4', 60)],
    finds: byPolicy(next('s1e2'), next('s1e4'), next('s1e2')),
  },
  {
    promise: 'a title that would not be listed anyway is told as what it is',
    show: ended(season(1, 2)),
    did: [saw('s1e1', 100), saw('s1e2', 50), dismissed(10)],
    finds: absent('completed'),
  },
]
