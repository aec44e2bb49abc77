import type { User } from '@marquee/contracts'
import type { StoredUser } from './users-store.js'

/** Somebody who has signed in and not written anything yet. */
const blank = {
  username: null,
  displayName: null,
  avatarUrl: null,
  bio: null,
  favoriteGenres: [],
  preferredSubtitleLanguage: null,
  maxContentRating: null,
  country: null,
  subscriptionTier: 'free' as const,
  role: 'user',
  isActive: true,
  createdAt: null,
  updatedAt: null,
}

/** The email is for that person alone. */
export function presentUser(id: string, stored: StoredUser | null, forSelf: boolean): User {
  if (!stored) return { id, ...blank, ...(forSelf && { email: null }) }
  const { email, createdAt, updatedAt, ...rest } = stored
  return {
    ...rest,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    ...(forSelf && { email }),
  }
}
