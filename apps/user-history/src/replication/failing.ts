import { type Collision, findCollision, nextTransaction } from './failing-store.js'
import type { Pair } from './follow.js'
import { literal, type ReplicationNames } from './names.js'
import { readSubscription } from './subscription-store.js'

/** What a stopped replica stumbled over, as far as it can be told. */
export interface Failing {
  /** Of the transaction it would take in next; null when that could not be read. */
  lsn: string | null
  collision: Collision | null
}

export async function readFailing({ primary, replica, names }: Pair): Promise<Failing> {
  const subscription = await readSubscription(replica, names)
  const next = await nextTransaction(primary, names, subscription?.position ?? null)
  return { lsn: next?.lsn ?? null, collision: next && (await findCollision(replica, next)) }
}

export const keyWords = (key: Record<string, string>): string =>
  Object.entries(key)
    .map(([column, value]) => `${column} = ${value}`)
    .join(', ')

/** Why it is stopped and what to type, line by line. */
export function failingWords({ subscription }: ReplicationNames, { lsn, collision }: Failing): string {
  const enable = `  ALTER SUBSCRIPTION ${subscription} ENABLE;`
  if (!collision)
    return [
      'stopped by an error that no row explains: most often the connection to the primary broke. The log of the replica has its words.',
      'user-history starts it again by itself; by hand, as the owner, on the replica:',
      enable,
      ...(lsn
        ? [
            `If it stops again: \`ALTER SUBSCRIPTION ${subscription} SKIP (lsn = '${lsn}')\` leaves the next transaction out.`,
          ]
        : []),
    ].join('\n')
  const where = Object.entries(collision.key)
    .map(([column, value]) => `${column} = ${literal(value)}`)
    .join(' AND ')
  return [
    `stopped by an error: the primary inserts a row into ${collision.table} (${keyWords(collision.key)}) that the replica already has.`,
    'Heal it with one of these, as the owner, on the replica:',
    `  DELETE FROM ${collision.table} WHERE ${where};   -- the primary's row takes its place`,
    `  ALTER SUBSCRIPTION ${subscription} SKIP (lsn = '${lsn}');   -- leaves the whole transaction out; \`replication verify\` then names what is missing`,
    'and then:',
    enable,
  ].join('\n')
}
