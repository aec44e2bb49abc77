import { SimpleFaker } from '@faker-js/faker'
import { CreateContent, type Genre, type Kind, type Origin } from '@marquee/contracts'
import { seedId } from '@marquee/seed'
import { newTitle } from '../content/content-rules.js'
import type { NewTitle } from '../import/new-title.js'
import { slugOf } from '../import/slug-rules.js'
import { type AirPlan, inventEpisodes, planAiring } from './generate-episodes.js'
import { inventTitle } from './title-words.js'
import { jobs, premises, type Tongue } from './words.js'

export interface SeedContext {
  seed: number
  /** Midnight UTC of the day that air dates and years count from. */
  today: Date
  genres: Genre[]
}

const origins: { value: Origin; weight: number }[] = [
  { value: 'korean', weight: 34 },
  { value: 'japanese', weight: 22 },
  { value: 'chinese', weight: 22 },
  { value: 'thai', weight: 10 },
  { value: 'taiwanese', weight: 6 },
  { value: 'other', weight: 6 },
]
const languageOf: Record<Origin, CreateContent['originalLanguage']> = {
  korean: 'ko',
  japanese: 'ja',
  chinese: 'zh-Hans',
  taiwanese: 'zh-Hant',
  thai: 'th',
  other: 'en',
}
const cities: Record<Origin, string[]> = {
  korean: ['Seoul', 'Busan', 'Gyeongju', 'Jeju'],
  japanese: ['Tokyo', 'Kyoto', 'Sapporo', 'Onomichi'],
  chinese: ['Shanghai', 'Chengdu', 'Suzhou', 'Harbin'],
  taiwanese: ['Taipei', 'Tainan', 'Hualien'],
  thai: ['Bangkok', 'Chiang Mai', 'Krabi'],
  other: ['Singapore', 'Hanoi', 'Manila', 'Penang'],
}
const kinds: { value: Kind; weight: number }[] = [
  { value: 'series', weight: 73 },
  { value: 'movie', weight: 22 },
  { value: 'special', weight: 5 },
]

const chance = (faker: SimpleFaker, probability: number) => faker.datatype.boolean({ probability })
const image = (slug: string, name: string) => `https://img.example.com/${slug}/${name}.jpg`
const day = 86_400_000

function describe(faker: SimpleFaker, origin: Origin): string {
  const pick = faker.helpers.arrayElement
  return pick(premises)
    .replace('{job}', pick(jobs))
    .replace('{city}', pick(cities[origin]))
    .replace('{she}', pick(['she', 'he']))
}

function statusOf(faker: SimpleFaker, plan: AirPlan, today: Date) {
  const roll = faker.number.float()
  const inDays = faker.number.int({ min: 1, max: 60 })
  if (plan.airingStatus !== 'upcoming' || roll < 0.4) return { status: 'published' as const }
  if (roll < 0.7) return { status: 'draft' as const }
  return { status: 'scheduled' as const, publishAt: new Date(+today + inDays * day).toISOString() }
}

/** The original and English always; others as a distributor would have them. */
function translate(
  faker: SimpleFaker,
  told: Record<Tongue, string>,
  original: string,
): Record<string, string[]> {
  const others = (Object.keys(told) as Tongue[]).filter(
    (tongue) => tongue === original || tongue === 'en' || chance(faker, 0.25),
  )
  return Object.fromEntries(others.map((tongue) => [tongue, [told[tongue]]]))
}

function looks(faker: SimpleFaker, slug: string) {
  return {
    posterUrl: chance(faker, 0.92) ? image(slug, 'poster') : null,
    bannerUrl: chance(faker, 0.5) ? image(slug, 'banner') : null,
    thumbnailUrl: chance(faker, 0.5) ? image(slug, 'thumbnail') : null,
  }
}

function terms(faker: SimpleFaker) {
  return {
    ageRating: faker.helpers.arrayElement([null, 'ALL', '7+', '12+', '15+', '15+', '18+']),
    isVip: chance(faker, 0.22),
    availableRegions: chance(faker, 0.05)
      ? faker.helpers.arrayElements(['KR', 'JP', 'TW', 'TH', 'SG', 'US'], 3)
      : null,
  }
}

/**
 * Title number `index` of a seed: the same at every run and in every size, apart from its distance to today.
 * @throws ZodError when what was invented breaks the rules of POST /content or POST episodes: a fault of the generator.
 */
export function generateTitle({ seed, today, genres }: SeedContext, index: number): NewTitle {
  const faker = new SimpleFaker()
  faker.seed([seed, index])
  const kind = faker.helpers.weightedArrayElement(kinds)
  const origin = faker.helpers.weightedArrayElement(origins)
  const told = inventTitle(faker)
  const originalLanguage = languageOf[origin]
  const slug = `${slugOf(told.en)}-${index}`
  const plan = planAiring(faker, { kind, origin, today })
  const { airingStatus, firstAir } = plan
  const content = CreateContent.parse({
    kind,
    title: told.en,
    originalTitle: told[originalLanguage as Tongue],
    description: describe(faker, origin),
    ...looks(faker, slug),
    year: firstAir.getUTCFullYear(),
    origin,
    originalLanguage,
    ...terms(faker),
    ...statusOf(faker, plan, today),
    airingStatus,
    totalEpisodes: plan.seasons.reduce((sum, season) => sum + season.episodes, 0),
  })
  const createdAt = new Date(Math.min(+firstAir - 20 * day, +today - day - (index % 97) * 3_600_000))
  const id = seedId(seed, index, 'title')
  const chosen = faker.helpers.arrayElements(genres, { min: 1, max: 3 })
  const translations = translate(faker, told, originalLanguage)
  const title = newTitle(content, id, chosen, createdAt)
  const named = (name: string) => seedId(seed, index, name)
  return {
    title,
    slugs: [slug, `${slug}-${named('slug').slice(-12)}`],
    translations,
    externalIds: {},
    episodes: inventEpisodes(faker, { plan, origin, today, title, id: named }),
  }
}
