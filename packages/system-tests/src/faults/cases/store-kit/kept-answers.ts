import { createHash } from 'node:crypto'
import { MongoClient } from 'mongodb'
import type { Run } from '../../../platform.js'
import { rowsOf } from '../app-kit/stores.js'

/** Until when the stores keep answers to these keys of creations, ms since 1970 by their own clock; one line each. */
export async function keptUntil(
  { engines }: Run,
  keys: readonly { key: string; sub: string }[],
): Promise<[store: string, until: number][]> {
  const rows = await rowsOf<{ expires_at: Date }>(
    engines.catalog,
    'SELECT expires_at FROM idempotency_keys WHERE key = ANY($1)',
    [keys.map(({ key }) => key)],
  )
  const client = new MongoClient(engines.reviews, { serverSelectionTimeoutMS: 3_000 })
  try {
    const answers = client.db().collection<{ _id: string; expiresAt: Date }>('idempotency_keys')
    const ids = keys.map(({ key, sub }) => hash([sub, 'POST /content/{id}/reviews', key]))
    const kept = await answers.find({ _id: { $in: ids } }).toArray()
    if (rows.length !== keys.length || kept.length !== keys.length)
      throw new Error(
        `of ${keys.length} keys ${rows.length} are kept by the catalogue, ${kept.length} by the reviews`,
      )
    return [
      ...rows.map((row) => ['the catalogue', row.expires_at.getTime()] as [string, number]),
      ...kept.map(({ expiresAt }) => ['the reviews', expiresAt.getTime()] as [string, number]),
    ]
  } finally {
    await client.close()
  }
}

const hash = (value: unknown) => createHash('sha256').update(JSON.stringify(value)).digest('base64url')
