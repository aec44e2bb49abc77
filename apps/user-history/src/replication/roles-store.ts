import { setTimeout as delay } from 'node:timers/promises'
import { type Pool, query, sql, transaction } from '@marquee/postgres'
import { literal, type ReplicationNames } from './names.js'
import { type PublishedName, publishedNames, publishedTable } from './published.js'
import { scramMatches, scramVerifier } from './scram.js'

export interface RolePasswords {
  analyst: string
  federation: string
  replication: string
}

interface Role {
  name: string
  password: string
  attributes: string
  settings: Record<string, string>
  /** What it may read; what it could before and is not named here is taken from it. */
  reads: string[]
}

const known = sql('roles.password', 'SELECT rolpassword AS stored FROM pg_authid WHERE rolname = $1')

const columnsOf = (name: PublishedName) => {
  const { columns, columnList } = publishedTable(name)
  return columnList ? `SELECT (${columns.join(', ')}) ON ${name}` : `SELECT ON ${name}`
}
const federationReads = [
  columnsOf('users'),
  columnsOf('user_watch_history'),
  columnsOf('content_audience'),
  'SELECT ON server_state',
]

const federation = (names: ReplicationNames, password: string): Role => ({
  name: names.roles.federation,
  password,
  attributes: 'LOGIN',
  settings: { statement_timeout: '3s' },
  reads: federationReads,
})

/** The catalogue reads both servers, the replica's worker the primary. Nobody but the owner can read emails. */
export async function ensurePrimaryRoles(
  primary: Pool,
  names: ReplicationNames,
  passwords: RolePasswords,
): Promise<void> {
  const replication: Role = {
    name: names.roles.replication,
    password: passwords.replication,
    attributes: 'LOGIN REPLICATION',
    settings: {},
    reads: publishedNames.map(columnsOf),
  }
  for (const role of [federation(names, passwords.federation), replication]) await ensureRole(primary, role)
}

/** The data team reads the replica alone, with limits; they are defaults of its sessions, which a session may change. */
export async function ensureReplicaRoles(
  replica: Pool,
  names: ReplicationNames,
  passwords: RolePasswords,
): Promise<void> {
  const analyst: Role = {
    name: names.roles.analyst,
    password: passwords.analyst,
    attributes: 'LOGIN CONNECTION LIMIT 20',
    settings: {
      statement_timeout: '60s',
      idle_in_transaction_session_timeout: '60s',
      default_transaction_read_only: 'on',
      TimeZone: 'UTC',
    },
    reads: [...publishedNames.map((name) => `SELECT ON ${name}`), 'SELECT ON server_role, server_state'],
  }
  await closeToAll(replica)
  for (const role of [federation(names, passwords.federation), analyst]) await ensureRole(replica, role)
}

/** Every role may make temporary tables and large objects unless told otherwise: ways to write, even to fill the disk. */
async function closeToAll(replica: Pool): Promise<void> {
  const [database] = (await replica.query('SELECT quote_ident(current_database()) AS name')).rows
  await patiently(() => replica.query(`REVOKE TEMPORARY ON DATABASE ${database.name} FROM PUBLIC`))
  const functions = 'lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea)'
  await patiently(() => replica.query(`REVOKE EXECUTE ON FUNCTION ${functions} FROM PUBLIC`))
}

async function ensureRole(pool: Pool, role: Role): Promise<void> {
  await patiently(async () => {
    const [found] = await query<{ stored: string | null }>(pool, known, [role.name])
    if (!found) await pool.query(`CREATE ROLE ${role.name}`)
    const password = scramMatches(role.password, found?.stored ?? null)
      ? ''
      : `PASSWORD ${literal(scramVerifier(role.password))}`
    await pool.query(`ALTER ROLE ${role.name} ${role.attributes} ${password}`)
  })
  for (const [setting, value] of Object.entries(role.settings))
    await patiently(() => pool.query(`ALTER ROLE ${role.name} SET ${setting} = ${literal(value)}`))
  // In one transaction, so that who reads meanwhile is never refused.
  await patiently(() =>
    transaction(pool, async (tx) => {
      await tx.query(`REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role.name}`)
      for (const read of role.reads) await tx.query(`GRANT ${read} TO ${role.name}`)
    }),
  )
}

const tries = 10
/** Two that change the same role or grant at once: one of them is refused, and may try again. */
const collisions = new Set(['XX000', '23505', '42710', '40P01'])

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (!collisions.has((error as { code?: string }).code ?? '') || attempt === tries) throw error
      await delay(20 + Math.random() * 100)
    }
  }
}
