import {
  absent,
  airing,
  archived,
  becomes,
  byPolicy,
  days,
  ended,
  episode,
  type History,
  left,
  next,
  published,
  saw,
  season,
} from './words.fixture.js'

export const unaired: History[] = [
  {
    promise: 'who waits for tomorrow’s episode is caught up',
    show: airing(season(1, 2), episode('s1e3', { airedAgo: -1 * days })),
    did: [saw('s1e1', 100), saw('s1e2', 50)],
    finds: absent('caught_up'),
    past: { s1e3: 'not_aired' },
  },
  {
    promise: 'an episode is next as soon as it aired',
    show: airing(season(1, 2), episode('s1e3', { airedAgo: 1 })),
    did: [saw('s1e1', 100), saw('s1e2', 50)],
    finds: next('s1e3'),
  },
  {
    promise: 'one without an air date has aired',
    show: airing(season(1, 2, { airedAgo: null })),
    did: [saw('s1e1', 100)],
    finds: next('s1e2'),
  },
  {
    promise: 'one that airs later than its follower is passed',
    show: airing(episode('s1e1'), episode('s1e2', { airedAgo: -1 * days }), episode('s1e3')),
    did: [saw('s1e1', 100)],
    finds: next('s1e3'),
    past: { s1e2: 'not_aired' },
  },
  {
    promise: 'one that is to be published is not there yet, whatever its air date',
    show: airing(season(1, 2), episode('s1e3', { status: 'scheduled' })),
    did: [saw('s1e1', 100), saw('s1e2', 50)],
    finds: absent('caught_up'),
    past: { s1e3: 'not_published' },
  },
  {
    promise: 'who saw the newest one alone is not caught up',
    show: airing(season(1, 3), episode('s1e4', { airedAgo: -1 * days })),
    did: [saw('s1e3', 50)],
    finds: byPolicy(absent('nothing_after'), absent('nothing_after'), next('s1e1')),
    past: { s1e4: 'not_aired' },
  },
]

export const archives: History[] = [
  {
    promise: 'an archived episode is passed',
    show: ended(season(1, 3)),
    did: [saw('s1e1', 100), archived('s1e2')],
    finds: next('s1e3'),
    past: { s1e2: 'not_published' },
  },
  {
    promise: 'one that is archived in the middle of it is not resumed',
    show: ended(season(1, 3)),
    did: [saw('s1e1', 200), left('s1e2', 400, 100), archived('s1e2')],
    finds: next('s1e3'),
    past: { s1e2: 'not_published' },
  },
  {
    promise: 'who was far on is not sent back because the episode is gone',
    show: ended(season(1, 5)),
    did: [saw('s1e1', 3 * days), left('s1e4', 300, 1 * days), archived('s1e4')],
    finds: byPolicy(next('s1e5'), next('s1e5'), next('s1e2')),
  },
  {
    promise: 'the only one that was watched keeps its place when it is gone',
    show: ended(season(1, 3)),
    did: [saw('s1e2', 100), archived('s1e2')],
    finds: byPolicy(next('s1e3'), next('s1e3'), next('s1e1')),
  },
  {
    promise: 'nobody has to see what is gone to have seen all',
    show: ended(season(1, 3)),
    did: [saw('s1e1', 200), saw('s1e2', 100), archived('s1e3')],
    finds: absent('completed'),
  },
  {
    promise: 'one that is published again is next again',
    show: ended(season(1, 3)),
    did: [saw('s1e1', 200), saw('s1e2', 100), archived('s1e3'), published('s1e3', 10)],
    finds: next('s1e3'),
  },
  {
    promise: 'a title that was taken down is in nobody’s list',
    show: ended(season(1, 3)),
    did: [left('s1e1', 300, 100), { takenDown: true }],
    finds: absent('not_published'),
  },
]

const oneFree = [episode('s1e1', { isFree: true }), episode('s1e2'), episode('s1e3')]
const vip = { ...ended(oneFree), isVip: true }
const isVip = { subscriptionTier: 'vip' as const }
const isFree = { subscriptionTier: 'free' as const }

export const vipEpisodes: History[] = [
  {
    promise: 'a free viewer for whom only VIP episodes are left finds nothing, and is told why',
    show: vip,
    did: [saw('s1e1', 60)],
    finds: absent('not_entitled'),
    past: { s1e2: 'vip_only', s1e3: 'vip_only' },
  },
  {
    promise: 'a VIP goes on',
    show: vip,
    viewer: isVip,
    did: [saw('s1e1', 60)],
    finds: next('s1e2'),
  },
  {
    promise: 'a free episode after a VIP one is next for a free viewer',
    show: { ...vip, episodes: [...oneFree, episode('s1e4', { isFree: true })] },
    did: [saw('s1e1', 60)],
    finds: next('s1e4'),
    past: { s1e2: 'vip_only', s1e3: 'vip_only' },
  },
  {
    promise: 'a free episode that comes before is found by first_unseen alone',
    show: {
      ...vip,
      episodes: [...season(1, 2, { isFree: true }), episode('s1e3')],
    },
    did: [saw('s1e2', 60)],
    finds: byPolicy(absent('not_entitled'), absent('not_entitled'), next('s1e1')),
  },
  {
    promise: 'who is VIP no more does not resume a VIP episode',
    show: vip,
    viewer: isVip,
    did: [saw('s1e1', 300), left('s1e2', 400, 200), becomes(isFree)],
    finds: absent('not_entitled'),
    past: { s1e2: 'vip_only' },
  },
  {
    promise: 'who is VIP no more keeps his place and goes on with what is free',
    show: {
      ...vip,
      episodes: [...season(1, 2, { isFree: true }), episode('s1e3'), episode('s1e4', { isFree: true })],
    },
    viewer: isVip,
    did: [saw('s1e1', 300), left('s1e3', 300, 200), becomes(isFree)],
    finds: byPolicy(next('s1e4'), next('s1e4'), next('s1e2')),
  },
  {
    promise: 'who becomes VIP goes on where he had to stop',
    show: vip,
    did: [saw('s1e1', 60), becomes(isVip)],
    finds: next('s1e2'),
  },
  {
    promise: 'a title above the cap that was set since is not resumed',
    show: { ...ended(season(1, 3)), ageRating: '18+' },
    did: [left('s1e1', 300, 60), becomes({ maxContentRating: '15+' })],
    finds: absent('not_entitled'),
    past: { s1e1: 'age_cap' },
  },
  {
    promise: 'nor is a title that is not for the country where he is now',
    show: { ...ended(season(1, 3)), availableRegions: ['JP', 'KR'] },
    viewer: { country: 'KR' },
    did: [left('s1e1', 300, 60), becomes({ country: 'US' })],
    finds: absent('not_entitled'),
    past: { s1e1: 'not_in_region' },
  },
]
