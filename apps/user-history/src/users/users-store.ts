import type { PatchUser, PatchUserSettings, User, UserSettings } from '@marquee/contracts'
import { type Db, query, sql, type Tx } from '@marquee/postgres'

const columns = {
  username: 'username',
  displayName: 'display_name',
  avatarUrl: 'avatar_url',
  bio: 'bio',
  favoriteGenres: 'favorite_genres',
  preferredSubtitleLanguage: 'preferred_subtitle_language',
  maxContentRating: 'max_content_rating',
  country: 'country',
  subscriptionTier: 'subscription_tier',
  role: 'role',
  isActive: 'is_active',
} as const satisfies Record<keyof PatchUser, string>
type Field = keyof typeof columns

const rest = `created_at AS "createdAt", updated_at AS "updatedAt"`
const told = `id, ${Object.entries(columns)
  .map(([field, column]) => `${column} AS "${field}"`)
  .join(', ')}, ${rest}`

/** A person as kept. The email is not read by anything else. */
export type StoredUser = Omit<User, 'createdAt' | 'updatedAt'> & {
  createdAt: Date
  updatedAt: Date
  email: string | null
}

export const statements = {
  keep: sql(
    'users.keep',
    'INSERT INTO users (id) SELECT DISTINCT id FROM unnest($1::uuid[]) AS seen (id) ORDER BY id ON CONFLICT DO NOTHING',
  ),
  read: sql('users.read', `SELECT ${told}, email FROM users WHERE id = $1`),
  // One statement whatever is changed: `$2` names the fields, so that null can be a value.
  change: sql(
    'users.change',
    `UPDATE users SET updated_at = now(), ${(Object.keys(columns) as Field[])
      .map(
        (field) =>
          `${columns[field]} = CASE WHEN '${field}' = ANY($2::text[]) THEN n."${field}" ELSE users.${columns[field]} END`,
      )
      .join(', ')}
     FROM json_to_record($3) AS n (username text, "displayName" text, "avatarUrl" text, bio text, "favoriteGenres" uuid[],
       "preferredSubtitleLanguage" text, "maxContentRating" text, country text, "subscriptionTier" text, role text,
       "isActive" boolean)
     WHERE users.id = $1`,
  ),
  changeSettings: sql(
    'users.change-settings',
    `INSERT INTO user_settings AS s (user_id, continue_policy, auto_next)
     VALUES ($1, coalesce($2, 'last_played'), coalesce($3::boolean, true))
     ON CONFLICT (user_id) DO UPDATE SET continue_policy = coalesce($2, s.continue_policy),
       auto_next = coalesce($3::boolean, s.auto_next), updated_at = now()
     RETURNING continue_policy AS "continuePolicy", auto_next AS "autoNext"`,
  ),
}

/** Makes the rows of people who have written something; what is known of them stays. */
export async function keepUsers(db: Db, ids: string[]): Promise<void> {
  if (ids.length > 0) await query(db, statements.keep, [ids])
}

export async function readUser(db: Db, id: string): Promise<StoredUser | null> {
  return (await query<StoredUser>(db, statements.read, [id]))[0] ?? null
}

/** @throws a unique violation where somebody else has the username */
export async function changeUser(tx: Tx, id: string, patch: PatchUser): Promise<void> {
  await query(tx, statements.change, [id, Object.keys(patch), JSON.stringify(patch)])
}

/** What is left out stays. @returns all of them */
export async function changeSettings(
  tx: Tx,
  id: string,
  { continuePolicy, autoNext }: PatchUserSettings,
): Promise<UserSettings> {
  const values = [id, continuePolicy ?? null, autoNext ?? null]
  return (await query<UserSettings>(tx, statements.changeSettings, values))[0]!
}
