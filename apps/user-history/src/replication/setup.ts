import { setTimeout as delay } from 'node:timers/promises'
import { type Pool, query, sql } from '@marquee/postgres'
import { failingWords, readFailing } from './failing.js'
import { type Pair, type Patience, type Tell, unready, untilReplayed } from './follow.js'
import { planSetup } from './plan.js'
import { ensurePublication, refuseWithoutTables } from './publication-store.js'
import { publishedNames } from './published.js'
import { Refused } from './refused.js'
import { ensurePrimaryRoles, ensureReplicaRoles, type RolePasswords } from './roles-store.js'
import { dropSlot, makeSlot, readSlot } from './slot-store.js'
import {
  alterSubscription,
  connectionTo,
  createSubscription,
  dropSubscription,
  emptyTables,
  enableSubscription,
  filledTables,
  readSubscription,
  refreshSubscription,
  type Subscription,
} from './subscription-store.js'

export interface SetupOptions extends Patience {
  /** As the replica reaches it. */
  primaryUrl: string
  passwords: RolePasswords
}

/**
 * Roles, publication, slot, subscription, and the first copy to its end. Each step looks first what is there, so it can be run at every
 * start and after a kill at any place. @throws Refused, NotNow
 */
export const setup = (pair: Pair, options: SetupOptions): Promise<void> =>
  alone(pair.primary, () => setUp(pair, options))

/** Throws the replica's copies away and makes them anew: after a lost slot, or where the replica holds rows of an earlier life. */
export const resync = (pair: Pair, options: SetupOptions): Promise<void> =>
  alone(pair.primary, async () => {
    await refuseOneServer(pair)
    await dropSubscription(pair.replica, pair.names)
    await dropSlot(pair.primary, pair.names)
    await emptyTables(pair.replica)
    options.tell('the replica is empty; copying anew')
    await setUp(pair, options)
  })

async function setUp(pair: Pair, options: SetupOptions): Promise<void> {
  const { primary, replica, names } = pair
  await refuseOneServer(pair)
  await refuseWithoutTables(primary, replica)
  await ensurePrimaryRoles(primary, names, options.passwords)
  await ensureReplicaRoles(replica, names, options.passwords)
  options.tell('roles are there')
  const publication = await ensurePublication(primary, names)
  options.tell(`publication ${names.publication} ${publication}`)
  await ensureSubscription(pair, options)
  await untilReplayed(pair, options)
}

async function ensureSubscription(pair: Pair, options: SetupOptions): Promise<void> {
  const { primary, replica, names } = pair
  const { tell } = options
  const connection = connectionTo(options.primaryUrl, names.roles.replication, options.passwords.replication)
  const subscription = await readSubscription(replica, names)
  const followed = Object.keys(subscription?.tables ?? {})
  const strangers = await filledTables(
    replica,
    publishedNames.filter((name) => !followed.includes(name)),
  )
  const plan = planSetup({ subscription, slot: await readSlot(primary, names), strangers }, names)
  if ('refusal' in plan) throw new Refused(plan.refusal)

  if (!subscription) await createSubscription(replica, names, connection)
  const changed = subscription ? await alterSubscription(replica, names, subscription, connection) : []
  if (changed.length > 0) tell(`subscription ${names.subscription}: changed ${changed.join(', ')}`)
  if (plan.slot === 'remake') await dropSlot(primary, names)
  if (plan.slot === 'make' || plan.slot === 'remake') await makeSlot(primary, names)
  tell(
    `slot ${names.slot}: ${{ make: 'made', remake: 'made anew', adopt: 'taken over', keep: 'kept' }[plan.slot]}`,
  )

  if (!subscription?.enabled) await enable(pair, followed.length > 0, tell)
  if (followed.toSorted().join() !== publishedNames.toSorted().join()) {
    await reachable(refreshSubscription(replica, names), options.primaryUrl)
    tell(`subscription ${names.subscription}: following ${publishedNames.join(', ')}`)
  }
}

/**
 * One that was stopped by a connection that broke goes on from where it was; one that was stopped by a row stops again at once, which is
 * told with the cure.
 */
async function enable(pair: Pair, begun: boolean, tell: Tell): Promise<void> {
  const { replica, names } = pair
  const before = await readSubscription(replica, names)
  await enableSubscription(replica, names)
  if (!begun) return
  tell(`subscription ${names.subscription} was stopped: started again`)
  if (await stopsAgain(pair, before!)) throw new Refused(failingWords(names, await readFailing(pair)))
}

const settleMs = 10_000

/** True when it is disabled again before it has taken anything in or followed for two seconds. */
export async function stopsAgain({ replica, names }: Pair, before: Subscription): Promise<boolean> {
  const until = performance.now() + settleMs
  let workingSince: number | null = null
  while (performance.now() < until) {
    const now = await readSubscription(replica, names)
    if (!now) return false
    if (!now.enabled) return true
    if (now.position !== before.position && unready(now).length === 0) return false
    if (now.worker === null) workingSince = null
    else workingSince ??= performance.now()
    if (workingSince !== null && performance.now() - workingSince > 2000) return false
    await delay(50)
  }
  return false
}

async function reachable<T>(work: Promise<T>, primaryUrl: string): Promise<T> {
  try {
    return await work
  } catch (error) {
    const { message } = error as Error
    if (!message.includes('could not connect to the publisher')) throw error
    throw new Refused(
      `The replica cannot reach the primary at ${new URL(primaryUrl).host}: ${message}. DATABASE_URL must name an address that the replica's server can reach.`,
    )
  }
}

const identity = sql(
  'server.identity',
  `SELECT (SELECT system_identifier FROM pg_control_system())::text || ' ' || pg_postmaster_start_time()::text AS server,
     current_setting('wal_level') AS "walLevel"`,
)

interface Identity {
  server: string
  walLevel: string
}

async function refuseOneServer({ primary, replica }: Pair): Promise<void> {
  const ask = async (pool: Pool) => (await query<Identity>(pool, identity))[0]!
  const [one, other] = await Promise.all([ask(primary), ask(replica)])
  if (one.server === other.server)
    throw new Refused('DATABASE_URL and REPLICA_URL name the same server. Replication takes two.')
  if (one.walLevel !== 'logical')
    throw new Refused(
      `The primary runs with wal_level = ${one.walLevel}. Set it to logical (ALTER SYSTEM SET wal_level = logical) and restart that server.`,
    )
}

/** One setup at a time, whoever starts it. */
async function alone(primary: Pool, work: () => Promise<void>): Promise<void> {
  const session = await primary.connect()
  try {
    await session.query(`SELECT pg_advisory_lock(hashtext('replication setup'))`)
    await work()
  } finally {
    // Closing gives the lock back, also when the server does not answer.
    session.release(true)
  }
}
