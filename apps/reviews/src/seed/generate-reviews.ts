import { oneOf, type SeedUser, seededRandom, seedId } from '@marquee/seed'
import type { ReviewDocument } from '../reviews/review-document.js'
import { endings, middles, openings, spoilers, titles } from './review-words.js'

export interface SeededReview {
  review: ReviewDocument
  /** Who found it helpful. */
  voters: string[]
}

export interface SeedOptions {
  /** Who may write; nobody writes twice of one title. */
  people: readonly SeedUser[]
  seed: number
  /** The reviews are from the ten months before. */
  today: Date
}

const minute = 60_000
const minutes = 300 * 24 * 60

/**
 * The reviews of one title, the same for the same title, seed and people, whatever other titles there are. How many follows Zipf's law
 * over all titles: three on average, one for most.
 */
export function reviewsOf(contentId: string, { people, seed, today }: SeedOptions): SeededReview[] {
  const random = seededRandom((Number.parseInt(contentId.slice(-8), 16) ^ Math.imul(seed, 0x9e3779b1)) >>> 0)
  const wanted = Math.floor(0.7 * (random() + 1e-6) ** -0.8 + random())
  const quality = 7.4 + normal(random)
  const authors = distinct(people, Math.min(wanted, Math.floor(people.length / 2)), random)
  return authors.map((author) => {
    const at = Math.floor(random() * minutes)
    const id = seedId(seed, at, `review ${contentId} ${author.id}`)
    const createdAt = new Date(today.getTime() - (minutes - at) * minute)
    const voters = distinct(people, votes(random), random).filter((voter) => voter.id !== author.id)
    const review = { ...words(quality, random), helpfulCount: voters.length, createdAt, updatedAt: createdAt }
    return {
      review: { _id: id, contentId, userId: author.id, ...review, ...untouched },
      voters: voters.map((voter) => voter.id),
    }
  })
}

const untouched = { status: 'published' as const, version: 1, edits: [], moderation: [] }

/** Most are found helpful by nobody, a few by many. */
const votes = (random: () => number): number => (random() < 0.7 ? 0 : Math.floor(1 / (random() + 0.08)))

/** Some people say more than others: a small index is drawn more often. */
function distinct(people: readonly SeedUser[], count: number, random: () => number): SeedUser[] {
  const drawn = new Set<SeedUser>()
  for (let tries = 0; drawn.size < count && tries < count * 20; tries++)
    drawn.add(people[Math.floor(random() ** 1.5 * people.length)]!)
  return [...drawn]
}

/** Ratings lean to the upper end, with a few who hate it. */
function words(quality: number, random: () => number) {
  const angry = random() < 0.04
  const rating = Math.max(
    1,
    Math.min(10, Math.round(angry ? 1 + random() * 2 : quality + 1.4 * normal(random))),
  )
  const mood = rating >= 8 ? 'high' : rating >= 5 ? 'middle' : 'low'
  const hasSpoilers = random() < 0.12
  const said = [
    oneOf(openings[mood], random),
    ...(random() < 0.7 ? [oneOf(middles, random)] : []),
    ...(hasSpoilers ? [oneOf(spoilers, random)] : []),
    oneOf(endings, random),
  ]
  return {
    rating,
    title: random() < 0.5 ? oneOf(titles[mood], random) : null,
    text: said.filter(Boolean).join(' '),
    hasSpoilers,
  }
}

/** Mean 0, deviation 1, by the sum of twelve. */
function normal(random: () => number): number {
  let sum = -6
  for (let n = 0; n < 12; n++) sum += random()
  return sum
}
