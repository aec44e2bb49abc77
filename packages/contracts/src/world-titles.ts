/** The titles of the named world. It imports nothing, so that every schema can take its example from here. */
export const id = (group: number, n: number) =>
  `0192000${group}-0000-7000-8000-${String(n).padStart(12, '0')}`
const poster = (slug: string) => `https://img.example.com/${slug}/poster.jpg`
const banner = (slug: string) => `https://img.example.com/${slug}/banner.jpg`

export const genres = {
  romance: { id: id(1, 1), name: 'Romance' },
  thriller: { id: id(1, 2), name: 'Thriller' },
  historical: { id: id(1, 3), name: 'Historical' },
  comedy: { id: id(1, 4), name: 'Comedy' },
  fantasy: { id: id(1, 5), name: 'Fantasy' },
  crime: { id: id(1, 6), name: 'Crime' },
}

export const people = {
  hanSeo: { id: id(2, 1), name: 'Han Seo', originalName: '한서', profileUrl: null },
  kitamuraAoi: { id: id(2, 2), name: 'Kitamura Aoi', originalName: '北村葵', profileUrl: null },
  linWei: { id: id(2, 3), name: 'Lin Wei', originalName: '林薇', profileUrl: null },
}

export const tags = {
  slowBurn: { id: id(7, 1), name: 'Slow burn' },
  seaside: { id: id(7, 2), name: 'Seaside' },
}

const part = (person: (typeof people)[keyof typeof people], role: string) => ({
  person,
  kind: 'cast' as const,
  role,
  department: null,
  isLead: true,
  sortOrder: 0,
})
/** Who plays in which title of the world. */
export const credits = {
  hanSeo: part(people.hanSeo, 'Yun Harin'),
  kitamuraAoi: part(people.kitamuraAoi, 'Asami'),
  linWei: part(people.linWei, 'Archivist Su'),
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

export const contents = {
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

export const summary = ({ id, slug, kind, title, posterUrl, year, origin, rating, isVip }: WorldContent) => ({
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

export const episodes = {
  winterTide1: episode(1, contents.winterTide, 1, 'The Breakwater', 3720),
  winterTide2: episode(2, contents.winterTide, 2, 'Salt in the Ink', 3660),
  winterTide3: episode(3, contents.winterTide, 3, 'A Lamp on the Pier', null),
  paperLanterns1: episode(4, contents.paperLanterns, 1, 'First Light', 1440),
  paperLanterns2: episode(5, contents.paperLanterns, 2, 'Paper and Paste', 1440),
  jadeCourt1: episode(6, contents.jadeCourt, 1, 'The Empty Annal', 2700),
  lastFerry1: { ...episode(7, contents.lastFerry, 1, 'Last Ferry to Jeju', 7080), isFree: true },
}

/** Where the first episode of Winter Tide is streamed from. */
const source = (n: number, quality: 'HD_720p' | 'FHD_1080p', bitrate: number) => ({
  id: id(8, n),
  episodeId: episodes.winterTide1.id,
  provider: 'local',
  quality,
  url: `https://cdn.example.com/winter-tide/1/${quality}.m3u8`,
  bitrate,
  fileSize: null,
  createdAt: '2025-11-03T09:00:00.000Z',
})
export const sources = {
  winterTide1Hd: source(1, 'HD_720p', 3_000_000),
  winterTide1Fhd: source(2, 'FHD_1080p', 6_000_000),
}

const subtitle = (n: number, language: string, isDefault: boolean) => ({
  id: id(9, n),
  episodeId: episodes.winterTide1.id,
  language,
  fileUrl: `https://cdn.example.com/winter-tide/1/${language}.vtt`,
  isDefault,
  createdAt: '2025-11-03T09:00:00.000Z',
})
export const subtitles = {
  winterTide1En: subtitle(1, 'en', true),
  winterTide1Ko: subtitle(2, 'ko', false),
}

export const neighbour = ({ id, seasonNumber, number, title }: (typeof episodes)['winterTide1']) => ({
  id,
  seasonNumber,
  number,
  title,
})
