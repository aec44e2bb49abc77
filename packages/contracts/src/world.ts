import {
  contents,
  credits,
  episodes,
  genres,
  id,
  neighbour,
  people,
  sources,
  subtitles,
  summary,
  tags,
} from './world-titles.js'

/** The people who use the platform in examples and tests; `sub` of their tokens. */
const person = (n: number, username: string, displayName: string) => ({
  sub: id(3, n),
  username,
  displayName,
  email: `${username}@people.example.com`,
})
const viewers = {
  mina: person(1, 'mina', 'Mina Kang'),
  joon: person(2, 'joon', 'Joon Park'),
  editor: person(3, 'editor', 'Edda Ito'),
  data: person(4, 'data', 'Dara Tan'),
  admin: person(5, 'admin', 'Ada Min'),
}

const reviews = {
  minaOnWinterTide: {
    id: id(5, 1),
    contentId: contents.winterTide.id,
    userId: viewers.mina.sub,
    rating: 9,
    title: 'Quiet and exact',
    text: 'The sea does most of the talking.',
    hasSpoilers: false,
    helpfulCount: 0,
    status: 'published' as const,
    version: 1,
    createdAt: '2025-11-05T20:15:00.000Z',
    updatedAt: '2025-11-05T20:15:00.000Z',
  },
  joonOnWinterTide: {
    id: id(5, 2),
    contentId: contents.winterTide.id,
    userId: viewers.joon.sub,
    rating: 7,
    title: null,
    text: 'She leaves the island in the end, and I did not expect to mind.',
    hasSpoilers: true,
    helpfulCount: 0,
    status: 'published' as const,
    version: 1,
    createdAt: '2025-11-06T08:30:00.000Z',
    updatedAt: '2025-11-06T08:30:00.000Z',
  },
}

const reviewSummary = {
  count: 2,
  average: 8,
  distribution: { '1': 0, '2': 0, '3': 0, '4': 0, '5': 0, '6': 0, '7': 1, '8': 0, '9': 1, '10': 0 },
}

const progress = {
  episodeId: episodes.winterTide1.id,
  contentId: contents.winterTide.id,
  run: 1,
  position: 1820,
  duration: 3720,
  completed: false,
  rule: 'not_completed' as const,
  applied: true,
  next: {
    episodeId: episodes.winterTide2.id,
    contentId: contents.winterTide.id,
    title: episodes.winterTide2.title,
    seasonNumber: 1,
    number: 2,
  },
  autoNext: { enabled: true, countdownSeconds: 5, startsAt: 3710 },
}

const play = {
  id: id(6, 1),
  watchedAt: '2025-11-05T18:00:00.000Z',
  watchDuration: 3700,
  completed: true,
  run: 1,
  content: summary(contents.winterTide),
  episode: neighbour(episodes.winterTide1),
}

const viewerState = {
  run: 1,
  episodes: [
    {
      episodeId: episodes.winterTide1.id,
      position: 1820,
      duration: 3720,
      completed: false,
      updatedAt: '2025-11-05T19:00:00.000Z',
    },
  ],
  plays: 1,
  lastWatchedAt: '2025-11-05T18:00:00.000Z',
}

const anchor = {
  episode: neighbour(episodes.winterTide1),
  position: 1820,
  duration: 3720,
  completed: false,
  watchedAt: '2025-11-05T19:00:00.000Z',
}
const continueItem = {
  content: summary(contents.winterTide),
  episode: anchor.episode,
  position: anchor.position,
  duration: anchor.duration,
  rule: 'unfinished_last_played' as const,
  lastWatchedAt: anchor.watchedAt,
  state: 'resume' as const,
}
const continueExplanation = {
  contentId: contents.winterTide.id,
  policy: 'last_played' as const,
  state: 'resume' as const,
  rule: continueItem.rule,
  episode: anchor.episode,
  sortedAt: anchor.watchedAt,
  facts: {
    run: 1,
    lastWatchedAt: anchor.watchedAt,
    dismissedAt: null,
    airingStatus: contents.winterTide.airingStatus,
    subscriptionTier: 'free' as const,
    anchor,
    aired: 3,
    seen: 0,
  },
  skipped: [{ episode: neighbour(episodes.winterTide2), reason: 'weak' as const }],
}
const titleStatus = { status: 'watching' as const, caughtUp: false, rule: 'first_play' as const }

const fresh = (source: string) => ({ state: 'fresh' as const, ageMs: 0, source })
const details = {
  content: contents.winterTide,
  episodes: [episodes.winterTide1, episodes.winterTide2],
  credits: [credits.hanSeo],
  reviews: { summary: reviewSummary, items: [reviews.minaOnWinterTide, reviews.joonOnWinterTide] },
  trending: { totalViews: 1043, dayViews: 12, rank: 3 },
  audience: { viewers: 310, plays: 702 },
  parts: {
    catalog: fresh('catalog'),
    reviews: { state: 'stale' as const, ageMs: 42_000, source: 'cache', reason: 'reviews does not answer' },
    trending: fresh('trending'),
    audience: fresh('primary'),
  },
}

/**
 * A small named world: Swagger example, seed and test fixture at once. Ids are fixed and look like UUID v7.
 * No schema is imported here, so that every schema can take its example from it.
 */
export const world = {
  genres,
  people,
  credits,
  tags,
  sources,
  subtitles,
  viewers,
  contents,
  episodes,
  reviews,
  reviewSummary,
  progress,
  play,
  viewerState,
  continueItem,
  continueExplanation,
  titleStatus,
  details,
  summaries: {
    winterTide: summary(contents.winterTide),
    paperLanterns: summary(contents.paperLanterns),
    jadeCourt: summary(contents.jadeCourt),
    lastFerry: summary(contents.lastFerry),
  },
  neighbours: {
    winterTide1: neighbour(episodes.winterTide1),
    winterTide2: neighbour(episodes.winterTide2),
  },
}
