import type { SimpleFaker } from '@faker-js/faker'
import { type AiringStatus, CreateEpisode, type Kind, type Origin } from '@marquee/contracts'
import type { Title } from '../content/title.js'
import { type EpisodeRow, newEpisode } from '../episodes/episode.js'
import { nouns } from './words.js'

const day = 86_400_000

/** Day of the n-th episode (from 0), counted from the first. */
const rhythms = {
  daily: (n: number) => n,
  weekly: (n: number) => 7 * n,
  weekend: (n: number) => 7 * Math.floor(n / 2) + (n % 2),
}
type Rhythm = keyof typeof rhythms

export interface SeasonPlan {
  number: number
  episodes: number
  firstAir: Date
}

export interface AirPlan {
  airingStatus: AiringStatus
  firstAir: Date
  rhythm: Rhythm
  seasons: SeasonPlan[]
  specials: number
}

const episodeCounts: Record<Origin, number[]> = {
  korean: [8, 10, 12, 12, 16, 16, 20],
  japanese: [9, 10, 11, 12, 13],
  chinese: [24, 24, 30, 36, 40],
  taiwanese: [8, 10, 13, 20],
  thai: [8, 10, 12, 14],
  other: [6, 8, 10],
}
const minutes: Record<Origin, [min: number, max: number]> = {
  korean: [58, 78],
  japanese: [24, 54],
  chinese: [38, 48],
  taiwanese: [45, 90],
  thai: [42, 60],
  other: [30, 60],
}

function countEpisodes(faker: SimpleFaker, kind: Kind, origin: Origin): number {
  if (kind === 'movie') return 1
  if (kind === 'special') return faker.number.int({ min: 1, max: 3 })
  return faker.helpers.arrayElement(episodeCounts[origin])
}

/** Days from today to the first episode: most titles are over, some run now, a few are to come. Recent years are fuller. */
function startDay(faker: SimpleFaker, airingStatus: AiringStatus, lengthDays: number): number {
  if (airingStatus === 'upcoming') return faker.number.int({ min: 5, max: 200 })
  if (airingStatus === 'airing') return -faker.number.int({ min: 0, max: Math.max(0, lengthDays - 1) })
  return -lengthDays - 1 - Math.floor(faker.number.float() ** 2.5 * 9000)
}

/** When a title airs, counted from today. A movie that is out, and whatever has no second part, is never `airing`. */
export function planAiring(
  faker: SimpleFaker,
  { kind, origin, today }: { kind: Kind; origin: Origin; today: Date },
): AirPlan {
  const episodes = countEpisodes(faker, kind, origin)
  const rhythm = origin === 'chinese' ? 'daily' : faker.helpers.arrayElement<Rhythm>(['weekend', 'weekly'])
  const wanted = faker.helpers.weightedArrayElement<AiringStatus>([
    { value: 'ended', weight: 78 },
    { value: 'airing', weight: 14 },
    { value: 'upcoming', weight: 8 },
  ])
  const airingStatus = wanted === 'airing' && episodes === 1 ? 'ended' : wanted
  const lengthDays = rhythms[rhythm](episodes - 1)
  const hour = faker.helpers.arrayElement([10, 11, 12, 13, 14])
  const latest = new Date(+today + startDay(faker, airingStatus, lengthDays) * day + hour * 3_600_000)
  const earlier =
    kind === 'series' && airingStatus !== 'upcoming' && faker.datatype.boolean({ probability: 0.15 }) ? 1 : 0
  const seasons = Array.from({ length: earlier + 1 }, (_, i) => {
    const yearsBefore = earlier - i
    return { number: i + 1, episodes, firstAir: new Date(+latest - yearsBefore * 364 * day) }
  })
  const specials =
    kind === 'series' && airingStatus === 'ended' && faker.datatype.boolean({ probability: 0.06 }) ? 2 : 0
  return { airingStatus, firstAir: seasons[0]?.firstAir ?? latest, rhythm, seasons, specials }
}

interface EpisodeContext {
  plan: AirPlan
  origin: Origin
  today: Date
  title: Title
  id(name: string): string
}

function length(faker: SimpleFaker, { origin, title }: EpisodeContext, aired: boolean) {
  const [min, max] = title.kind === 'movie' ? [84, 148] : minutes[origin]
  const seconds = faker.number.int({ min: min * 60, max: max * 60 })
  const known = aired || faker.datatype.boolean({ probability: 0.3 })
  const marked = known && faker.datatype.boolean({ probability: 0.4 })
  return {
    durationSeconds: known ? seconds : null,
    creditsStartSeconds: marked ? seconds - faker.number.int({ min: 45, max: 150 }) : null,
  }
}

function nameEpisode(faker: SimpleFaker, { title }: EpisodeContext, season: number, number: number): string {
  if (title.kind === 'movie') return title.title
  if (season === 0) return number === 1 ? 'Behind the Scenes' : 'Highlights'
  const [noun] = faker.helpers.arrayElement(nouns)
  return faker.datatype.boolean() ? `The ${noun}` : `Episode ${number}`
}

function inventEpisode(
  faker: SimpleFaker,
  context: EpisodeContext,
  seasonNumber: number,
  number: number,
  airs: number,
): EpisodeRow {
  const { title, today } = context
  const body = CreateEpisode.parse({
    seasonNumber,
    number,
    title: nameEpisode(faker, context, seasonNumber, number),
    originalTitle: title.kind === 'movie' ? title.originalTitle : null,
    ...length(faker, context, airs < +today),
    airDate: new Date(airs).toISOString(),
    isFree: title.kind === 'movie' ? !title.isVip : number === 1,
    status: title.status === 'draft' ? 'draft' : 'published',
  })
  return newEpisode(body, title.id, context.id(`episode ${seasonNumber}/${number}`))
}

/** Season 0 holds the specials; an episode's air date may lie ahead, its duration is then mostly unknown. */
export function inventEpisodes(faker: SimpleFaker, context: EpisodeContext): EpisodeRow[] {
  const { plan } = context
  const specials = { number: 0, episodes: plan.specials, firstAir: plan.firstAir }
  return [...plan.seasons, specials].flatMap((season) =>
    Array.from({ length: season.episodes }, (_, i) => {
      const airs = +season.firstAir + rhythms[plan.rhythm](i) * day
      return inventEpisode(faker, context, season.number, i + 1, airs)
    }),
  )
}
