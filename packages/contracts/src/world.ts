/**
 * A small named world: Swagger example, seed and test fixture at once. Ids are fixed and look like UUID v7.
 * It imports nothing, so that every schema can take its example from here.
 */
const id = (group: number, n: number) => `0192000${group}-0000-7000-8000-${String(n).padStart(12, '0')}`
const poster = (slug: string) => `https://img.example.com/${slug}/poster.jpg`
const banner = (slug: string) => `https://img.example.com/${slug}/banner.jpg`

const genres = {
  romance: { id: id(1, 1), name: 'Romance' },
  thriller: { id: id(1, 2), name: 'Thriller' },
  historical: { id: id(1, 3), name: 'Historical' },
  comedy: { id: id(1, 4), name: 'Comedy' },
  fantasy: { id: id(1, 5), name: 'Fantasy' },
  crime: { id: id(1, 6), name: 'Crime' },
}

const people = {
  hanSeo: { id: id(2, 1), name: 'Han Seo', originalName: '한서', profileUrl: null },
  kitamuraAoi: { id: id(2, 2), name: 'Kitamura Aoi', originalName: '北村葵', profileUrl: null },
  linWei: { id: id(2, 3), name: 'Lin Wei', originalName: '林薇', profileUrl: null },
}

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

const base = {
  thumbnailUrl: null,
  publishAt: null,
  availableRegions: null,
  rating: null,
  ratingCount: 0,
  totalViews: 0,
  popularity: 0,
  version: 1,
}

const contents = {
  winterTide: {
    ...base,
    id: id(0, 1),
    slug: 'winter-tide',
    kind: 'series' as const,
    title: 'Winter Tide',
    originalTitle: '겨울 조수',
    description: 'A coast guard officer returns to the island that sent her away.',
    posterUrl: poster('winter-tide'),
    bannerUrl: banner('winter-tide'),
    year: 2025,
    origin: 'korean' as const,
    originalLanguage: 'ko',
    genres: [genres.romance, genres.thriller],
    ageRating: '15+',
    status: 'published' as const,
    airingStatus: 'airing' as const,
    totalEpisodes: 16,
    isVip: false,
    createdAt: '2025-11-03T09:00:00.000Z',
    updatedAt: '2025-11-03T09:00:00.000Z',
  },
  paperLanterns: {
    ...base,
    id: id(0, 2),
    slug: 'paper-lanterns',
    kind: 'series' as const,
    title: 'Paper Lanterns',
    originalTitle: '紙提灯',
    description: 'Three sisters keep a lantern shop through one summer of festivals.',
    posterUrl: poster('paper-lanterns'),
    bannerUrl: null,
    year: 2019,
    origin: 'japanese' as const,
    originalLanguage: 'ja',
    genres: [genres.comedy],
    ageRating: null,
    status: 'published' as const,
    airingStatus: 'ended' as const,
    totalEpisodes: 12,
    isVip: false,
    createdAt: '2025-10-01T09:00:00.000Z',
    updatedAt: '2025-10-01T09:00:00.000Z',
  },
  jadeCourt: {
    ...base,
    id: id(0, 3),
    slug: 'jade-court',
    kind: 'series' as const,
    title: 'The Jade Court',
    originalTitle: '玉庭',
    description: 'A palace archivist finds that the annals were written in advance.',
    posterUrl: poster('jade-court'),
    bannerUrl: banner('jade-court'),
    year: 2023,
    origin: 'chinese' as const,
    originalLanguage: 'zh-Hans',
    genres: [genres.historical, genres.fantasy],
    ageRating: '13+',
    status: 'published' as const,
    airingStatus: 'ended' as const,
    totalEpisodes: 40,
    isVip: true,
    createdAt: '2025-09-12T09:00:00.000Z',
    updatedAt: '2025-09-12T09:00:00.000Z',
  },
  lastFerry: {
    ...base,
    id: id(0, 4),
    slug: 'last-ferry',
    kind: 'movie' as const,
    title: 'Last Ferry to Jeju',
    originalTitle: '제주행 마지막 배',
    description: 'Eleven passengers, one of whom is not on the list.',
    posterUrl: poster('last-ferry'),
    bannerUrl: null,
    year: 2021,
    origin: 'korean' as const,
    originalLanguage: 'ko',
    genres: [genres.crime, genres.thriller],
    ageRating: '18+',
    status: 'published' as const,
    airingStatus: 'ended' as const,
    totalEpisodes: 1,
    isVip: false,
    createdAt: '2025-08-20T09:00:00.000Z',
    updatedAt: '2025-08-20T09:00:00.000Z',
  },
  mangoSeason: {
    ...base,
    id: id(0, 5),
    slug: 'mango-season',
    kind: 'series' as const,
    title: 'Mango Season',
    originalTitle: 'ฤดูมะม่วง',
    description: 'A pilot episode that nobody may see yet.',
    posterUrl: null,
    bannerUrl: null,
    year: 2026,
    origin: 'thai' as const,
    originalLanguage: 'th',
    genres: [genres.romance, genres.comedy],
    ageRating: null,
    status: 'draft' as const,
    airingStatus: 'upcoming' as const,
    totalEpisodes: null,
    isVip: false,
    createdAt: '2025-11-10T09:00:00.000Z',
    updatedAt: '2025-11-10T09:00:00.000Z',
  },
}

type WorldContent = (typeof contents)[keyof typeof contents]

const summary = ({ id, slug, kind, title, posterUrl, year, origin, rating, isVip }: WorldContent) => ({
  id,
  slug,
  kind,
  title,
  posterUrl,
  year,
  origin,
  rating,
  isVip,
})

const episode = (
  n: number,
  content: WorldContent,
  number: number,
  title: string,
  durationSeconds: number | null,
) => ({
  id: id(4, n),
  contentId: content.id,
  seasonNumber: 1,
  number,
  sortOrder: number,
  title,
  originalTitle: null,
  durationSeconds,
  creditsStartSeconds: null,
  airDate: `2025-11-${String(3 + 7 * (number - 1)).padStart(2, '0')}T12:00:00.000Z`,
  thumbnailUrl: null,
  isFree: number === 1,
  status: 'published' as const,
  version: 1,
})

const episodes = {
  winterTide1: episode(1, contents.winterTide, 1, 'The Breakwater', 3720),
  winterTide2: episode(2, contents.winterTide, 2, 'Salt in the Ink', 3660),
  winterTide3: episode(3, contents.winterTide, 3, 'A Lamp on the Pier', null),
  paperLanterns1: episode(4, contents.paperLanterns, 1, 'First Light', 1440),
  paperLanterns2: episode(5, contents.paperLanterns, 2, 'Paper and Paste', 1440),
  jadeCourt1: episode(6, contents.jadeCourt, 1, 'The Empty Annal', 2700),
  lastFerry1: { ...episode(7, contents.lastFerry, 1, 'Last Ferry to Jeju', 7080), isFree: true },
}

const neighbour = ({ id, seasonNumber, number, title }: (typeof episodes)['winterTide1']) => ({
  id,
  seasonNumber,
  number,
  title,
})

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

const fresh = (source: string) => ({ state: 'fresh' as const, ageMs: 0, source })
const details = {
  content: contents.winterTide,
  episodes: [episodes.winterTide1, episodes.winterTide2],
  credits: [],
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

export const world = {
  genres,
  people,
  viewers,
  contents,
  episodes,
  reviews,
  reviewSummary,
  progress,
  play,
  viewerState,
  details,
  summaries: {
    winterTide: summary(contents.winterTide),
    paperLanterns: summary(contents.paperLanterns),
    jadeCourt: summary(contents.jadeCourt),
    lastFerry: summary(contents.lastFerry),
  },
  neighbours: { winterTide2: neighbour(episodes.winterTide2) },
}
