import { randomUUID } from 'node:crypto'
import { createPool, type Pool } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { testEngines } from '@marquee/test-kit'
import type { Pair } from '../follow.js'
import type { ReplicationNames } from '../names.js'
import { resync, setup } from '../setup.js'
import { dropSlot } from '../slot-store.js'
import { dropSubscription } from '../subscription-store.js'
import { twoServers } from './two-servers.js'

/** Slots and roles belong to the servers that all test files share. */
function ownNames(): ReplicationNames {
  const id = randomUUID().slice(0, 8)
  const role = (name: string) => `${name}_${id}`
  return {
    publication: `pub_${id}`,
    subscription: `sub_${id}`,
    slot: `slot_${id}`,
    roles: { analyst: role('analyst'), federation: role('federation'), replication: role('replication') },
  }
}

export const passwords = { analyst: 'analyst pw', federation: "federation 'pw'", replication: 'r\\e\'p l"' }

/** Two migrated databases on two servers, and what sets up and takes down replication between them under names of the test's own. */
export async function testPair() {
  const servers = await twoServers()
  const names = ownNames()
  const open = (url: string) =>
    createPool({
      url,
      name: 'test',
      max: 4,
      queryTimeoutMs: 30_000,
      idleTransactionMs: 30_000,
      log: silentLogger,
    })
  const pair: Pair = { primary: open(servers.primary.url), replica: open(servers.replica.url), names }
  const told: string[] = []
  const options = (primaryUrl = servers.primary.url) => ({
    primaryUrl,
    passwords,
    timeoutMs: 30_000,
    tell: (words: string) => void told.push(words),
  })
  return {
    ...pair,
    pair,
    servers,
    told,
    setup: (primaryUrl?: string) => inTurn(() => setup(pair, options(primaryUrl))),
    setupTwiceAtOnce: () => inTurn(() => Promise.all([setup(pair, options()), setup(pair, options())])),
    resync: () => inTurn(() => resync(pair, options())),
    /** The URL of a server as another role. */
    as(server: 'primary' | 'replica', role: keyof typeof passwords): string {
      const url = new URL(servers[server].url)
      url.username = names.roles[role]
      url.password = encodeURIComponent(passwords[role])
      return url.href
    },
    async close() {
      await dropSubscription(pair.replica, names)
      await dropSlot(pair.primary, names)
      for (const pool of [pair.replica, pair.primary]) await dropRoles(pool, names)
      await Promise.all([pair.replica.end(), pair.primary.end()])
      await servers.close()
    },
  }
}
/** A first copy takes four slots and origins for a moment, of the ten that a server has for all test files: one after the other. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  const pool = createPool({
    ...{ url: testEngines().analytics, name: 'test', max: 1, log: silentLogger },
    queryTimeoutMs: 120_000,
  })
  const session = await pool.connect()
  try {
    await session.query(`SELECT pg_advisory_lock(hashtext('first copies'))`)
    return await work()
  } finally {
    session.release(true)
    await pool.end()
  }
}

export type TestPair = Awaited<ReturnType<typeof testPair>>

async function dropRoles(pool: Pool, names: ReplicationNames): Promise<void> {
  const { rows } = await pool.query('SELECT rolname AS name FROM pg_roles WHERE rolname = ANY($1)', [
    Object.values(names.roles),
  ])
  for (const { name } of rows) {
    await pool.query(`DROP OWNED BY ${name}`)
    await pool.query(`DROP ROLE ${name}`)
  }
}
