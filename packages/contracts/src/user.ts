import { HttpUrl, Language, Timestamp, Uuid } from './common.js'
import { ageOf, SubscriptionTier } from './entitlement.js'
import { ContinuePolicy } from './watching.js'
import { world } from './world.js'
import { z } from './z.js'

export const UserRole = z.enum(['user', 'editor', 'admin'])

const username = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{1,28}[A-Za-z0-9])$/, 'expected 3 to 30 letters, digits, . _ or -')
const displayName = z.string().trim().min(1).max(80)
const bio = z.string().trim().max(1000)
const country = z.string().regex(/^[A-Z]{2}$/, 'expected an ISO 3166-1 alpha-2 code')
const maxContentRating = z
  .string()
  .trim()
  .min(1)
  .max(16)
  .refine((rating) => ageOf(rating) !== null, 'expected a rating that names an age, as 15+')
const favoriteGenres = z
  .array(Uuid)
  .max(20)
  .refine((ids) => new Set(ids).size === ids.length, 'expected each genre once')

const { mina } = world.viewers
const example = {
  id: mina.sub,
  username: mina.username,
  displayName: mina.displayName,
  avatarUrl: null,
  bio: 'Slow dramas by the sea.',
  favoriteGenres: [world.genres.romance.id],
  preferredSubtitleLanguage: 'ko',
  maxContentRating: null,
  country: 'KR',
  subscriptionTier: 'free' as const,
  role: 'user' as const,
  isActive: true,
  createdAt: '2025-09-01T08:00:00.000Z',
  updatedAt: '2025-09-01T08:00:00.000Z',
}

export const User = z
  .object({
    id: Uuid,
    username: z.string().nullable(),
    displayName: z.string().nullable(),
    avatarUrl: z.string().nullable(),
    bio: z.string().nullable(),
    favoriteGenres: z.array(Uuid).describe('Ids of genres'),
    preferredSubtitleLanguage: z.string().nullable().describe('BCP 47'),
    maxContentRating: z.string().nullable().describe('Titles rated above it are not for this person'),
    country: z.string().nullable().describe('ISO 3166-1 alpha-2'),
    subscriptionTier: SubscriptionTier,
    role: z.string().describe('As last known here; access is decided by the token'),
    isActive: z.boolean(),
    createdAt: Timestamp.nullable().describe('Null for a person who has not written anything yet'),
    updatedAt: Timestamp.nullable(),
    email: z.string().nullable().optional().describe('For that person alone'),
  })
  .openapi('User', { example })
export type User = z.infer<typeof User>

/** JSON merge patch: what is absent stays, null clears what may be empty. */
export const PatchUser = z
  .strictObject({
    username: username.nullable(),
    displayName: displayName.nullable(),
    avatarUrl: HttpUrl.nullable(),
    bio: bio.nullable(),
    favoriteGenres,
    preferredSubtitleLanguage: Language.nullable(),
    maxContentRating: maxContentRating.nullable(),
    country: country.nullable(),
    subscriptionTier: SubscriptionTier.describe('By admins'),
    role: UserRole.describe('By admins'),
    isActive: z.boolean().describe('By admins'),
  })
  .partial()
  .openapi('PatchUser', { example: { displayName: 'Mina K.', maxContentRating: '15+' } })
export type PatchUser = z.infer<typeof PatchUser>
/** Fields that a person cannot give to himself. */
export const adminFields = ['subscriptionTier', 'role', 'isActive'] as const

const settings = { continuePolicy: ContinuePolicy, autoNext: z.boolean().describe('Go on by itself') }

export const UserSettings = z
  .object(settings)
  .openapi('UserSettings', { example: { continuePolicy: 'last_played', autoNext: true } })
export type UserSettings = z.infer<typeof UserSettings>

export const PatchUserSettings = z
  .strictObject(settings)
  .partial()
  .openapi('PatchUserSettings', { example: { autoNext: false } })
export type PatchUserSettings = z.infer<typeof PatchUserSettings>
