import type { UserSettings, ViewerRights } from '@marquee/contracts'
import { type Db, isOutage, query, sql } from '@marquee/postgres'
import type { UserHistory } from '../context.js'
import { createBatches } from '../in-batches.js'

/** What decides what a person may watch and how he goes on. */
export interface KnownViewer {
  rights: ViewerRights
  settings: UserSettings
}

export const defaultSettings: UserSettings = { continuePolicy: 'last_played', autoNext: true }
/** Of somebody of whom nothing is known yet. */
export const newViewer: KnownViewer = {
  rights: { subscriptionTier: 'free', maxContentRating: null, country: null },
  settings: defaultSettings,
}

export const statements = {
  read: sql(
    'viewers.read',
    `SELECT asked.id, u.subscription_tier AS "subscriptionTier", u.max_content_rating AS "maxContentRating", u.country,
       s.continue_policy AS "continuePolicy", s.auto_next AS "autoNext"
     FROM unnest($1::uuid[]) AS asked (id) LEFT JOIN users AS u ON u.id = asked.id
       LEFT JOIN user_settings AS s ON s.user_id = asked.id`,
  ),
}

type Row = { id: string } & Partial<ViewerRights> & {
    continuePolicy: UserSettings['continuePolicy'] | null
  } & {
    autoNext: boolean | null
  }

/** In the order of the ids. */
export async function readViewers(db: Db, ids: readonly string[]): Promise<KnownViewer[]> {
  const rows = await query<Row>(db, statements.read, [[...new Set(ids)]])
  const byId = new Map(rows.map((row) => [row.id, row]))
  return ids.map((id) => viewerOf(byId.get(id)))
}

export const readViewer = async (db: Db, id: string): Promise<KnownViewer> =>
  (await readViewers(db, [id]))[0]!

function viewerOf(row: Row | undefined): KnownViewer {
  if (!row) return newViewer
  const { subscriptionTier, maxContentRating, country, continuePolicy, autoNext } = row
  return {
    rights: {
      subscriptionTier: subscriptionTier ?? 'free',
      maxContentRating: maxContentRating ?? null,
      country: country ?? null,
    },
    settings: {
      continuePolicy: continuePolicy ?? defaultSettings.continuePolicy,
      autoNext: autoNext ?? defaultSettings.autoNext,
    },
  }
}

/** Reads viewers together that are asked for at one time. */
export function createReadViewer({ primary, limits }: Pick<UserHistory, 'primary' | 'limits'>) {
  const read = createBatches<string, KnownViewer>({
    size: 100,
    patienceMs: limits.storeTimeoutMs,
    isOutage,
    run: (_, ids) => readViewers(primary, ids),
  })
  return (id: string): Promise<KnownViewer> => read('viewers', id)
}
