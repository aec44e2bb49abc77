import { world } from '@marquee/contracts'
import { seedId } from './ids.js'
import { oneOf, seededRandom } from './random.js'

/** A seeded person. The email is for the analytics primary alone. */
export interface SeedUser {
  id: string
  username: string
  displayName: string
  email: string
  /** ISO 3166-1 alpha-2. */
  country: string
  subscriptionTier: 'free' | 'vip'
  /** RFC 3339, UTC. */
  createdAt: string
}

const given = [
  'Ana',
  'Bo',
  'Chen',
  'Dewi',
  'Emil',
  'Fah',
  'Goro',
  'Hana',
  'Ines',
  'Jun',
  'Kiri',
  'Lena',
  'Minh',
  'Noi',
  'Omar',
  'Priya',
]
const family = [
  'Abe',
  'Bui',
  'Cho',
  'Diaz',
  'Endo',
  'Fong',
  'Gold',
  'Han',
  'Ito',
  'Jung',
  'Kaya',
  'Lim',
  'Mori',
  'Ngo',
  'Ortiz',
  'Park',
]
const countries = ['KR', 'JP', 'TW', 'TH', 'ID', 'VN', 'US', 'ES', 'FR', 'DE', 'BR'] as const

const dayMs = 86_400_000
const firstDay = Date.UTC(2025, 0, 6)
const days = 300

const named = Object.values(world.viewers).map(
  ({ sub, username, displayName, email }, index): SeedUser => ({
    id: sub,
    username,
    displayName,
    email,
    country: countries[index % countries.length]!,
    subscriptionTier: index === 0 ? 'vip' : 'free',
    createdAt: new Date(firstDay - dayMs * (10 - index)).toISOString(),
  }),
)

/** The first `count` people of a seed: those of the named world, then invented ones. A larger count adds to a smaller one. */
export function seedUsers(count: number, seed = 1): SeedUser[] {
  return Array.from({ length: count }, (_, index) => named[index] ?? invented(index, seed))
}

function invented(index: number, seed: number): SeedUser {
  const random = seededRandom(seed * 1_000_003 + index)
  const [first, last] = [oneOf(given, random), oneOf(family, random)]
  const username = `${first}.${last}.${seed}-${index}`.toLowerCase()
  return {
    id: seedId(seed, index, 'user'),
    username,
    displayName: `${first} ${last}`,
    email: `${username}@people.example.com`,
    country: oneOf(countries, random),
    subscriptionTier: random() < 0.3 ? 'vip' : 'free',
    createdAt: new Date(firstDay + Math.floor(random() * days * dayMs)).toISOString(),
  }
}
