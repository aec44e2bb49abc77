import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { citusInstalled, type Pool, type Statement, statementName } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { foreignPool } from './audience/foreign-pool.js'
import { federate } from './federation/federate-command.js'
import { type PlanClass, planClasses } from './plan-classes.js'
import { type AnalyticsServers, analyticsServers } from './testing/analytics-servers.js'
import { testDatabase } from './testing/test-catalog.js'

const root = fileURLToPath(new URL('.', import.meta.url))
const storeFiles = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('-store.ts'),
)

let servers: AnalyticsServers
let database: Awaited<ReturnType<typeof testDatabase>>
let pool: Pool
/** Sessions as requests have them that ask the analytics servers. */
let asking: Pool
let citus: boolean
/** What the stores of requests, consumers and jobs export. */
const statements = new Map<string, Statement>()

beforeAll(async () => {
  ;[database, servers] = await Promise.all([testDatabase(), analyticsServers()])
  pool = database.pool
  await federate(pool, [...servers.urls])
  asking = foreignPool({ url: database.url, place: 'analytics', timeoutMs: 10_000, log: silentLogger })
  await fill()
  citus = await citusInstalled(pool)
  for (const file of storeFiles.filter(
    (path) => !/^(federation|import|projections|reconcile|seed|trace)\//.test(path),
  )) {
    const store = (await import(`./${file.replace(/\.ts$/, '.js')}`)) as {
      statements: Record<string, Statement>
    }
    for (const statement of Object.values(store.statements)) statements.set(statement.name, statement)
  }
})
afterAll(async () => {
  await asking.end()
  await database.close()
  await servers.close()
})

/** Of a handful of titles the planner would read all. The analytics servers are empty, which must not change what is asked of them. */
async function fill(): Promise<void> {
  // In parts: on several nodes each takes its share of the statements' deadline.
  for (let from = 1; from < 20_000; from += 5000) {
    const part = [from, from + 4999]
    await pool.query(
      `INSERT INTO content_listing (id, slug, kind, title, origin, status, created_at)
       SELECT md5('t' || n)::uuid, 't-' || n, 'movie', 'T', 'other', 'published', now() FROM generate_series($1::int, $2::int) AS n`,
      part,
    )
    await pool.query(
      `INSERT INTO episode_listing (id, content_id, season_number, number, sort_order, title, is_free, status, version)
       SELECT md5('e' || n)::uuid, md5('t' || n)::uuid, 1, 1, 1, 'E', true, 'published', 1 FROM generate_series($1::int, $2::int) AS n`,
      part,
    )
  }
  await pool.query('ANALYZE content_listing, episode_listing')
}

const reference = ['genres', 'tags', 'persons']
const projections = ['content_listing', 'episode_listing']
const foreign = ['users', 'user_watch_history', 'content_audience', 'server_state']
const local = ['outbox', 'inbox', 'leases', 'idempotency_keys', 'import_identities', 'import_runs']

interface Plan {
  /** Tables, without the numbers of shards. */
  tables: string[]
  /** Of each Citus scan; undefined is an INSERT through the coordinator. */
  tasks: (number | undefined)[]
  /** Kind and table (or part of the statement) of each scan, from the first to the last of the plan. */
  scans: string[]
  /** What the foreign server is asked. */
  remote: string[]
}

async function planOf({ text }: Statement, values: unknown[], planClass?: PlanClass): Promise<Plan> {
  const db = planClass === 'foreign' ? asking : pool
  const { rows } = await db.query(`EXPLAIN (VERBOSE, FORMAT JSON) ${text}`, values)
  const plan: Plan = { tables: [], tasks: [], scans: [], remote: [] }
  collect(rows[0]['QUERY PLAN'], plan)
  return { ...plan, tables: [...new Set(plan.tables)] }
}

function collect(node: unknown, plan: Plan): void {
  if (Array.isArray(node)) for (const item of node) collect(item, plan)
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return
  const {
    'Node Type': kind,
    'Relation Name': table,
    'CTE Name': part,
    'Remote SQL': remote,
    'Custom Plan Provider': provider,
    'Task Count': tasks,
  } = node as Record<string, unknown>
  if (typeof table === 'string') {
    const name = table.replace(/_\d{6,}$/, '')
    plan.tables.push(name)
    plan.scans.push(`${kind} ${name}`)
  }
  if (typeof part === 'string') plan.scans.push(`${kind} ${part}`)
  if (typeof remote === 'string') plan.remote.push(remote)
  if (typeof tasks === 'number') plan.tasks.push(tasks)
  if (typeof provider === 'string' && provider.includes('INSERT')) plan.tasks.push(undefined)
  for (const inner of Object.values(node)) collect(inner, plan)
}

const within = (tables: string[], allowed: string[]) => tables.filter((table) => !allowed.includes(table))

/** Without a bound a whole table would come here. */
const bounded = (remote: string) =>
  / FROM public\.server_state$| WHERE .* LIMIT \d+::bigint$| WHERE \(\(content_id = '[^']*'\)\)$/.test(remote)

function hold(planClass: PlanClass, { tables, tasks, remote }: Plan): void {
  const elsewhere = planClass === 'foreign' ? foreign : []
  const ofTitles = tables.filter(
    (table) => ![...reference, ...projections, ...local, ...elsewhere].includes(table),
  )
  expect(remote.filter((text) => !bounded(text))).toEqual([])
  expect(remote.length > 0).toBe(planClass === 'foreign')
  if (planClass === 'foreign') expect(within(tables, [...projections, ...foreign])).toEqual([])
  if (planClass === 'projection') expect(within(tables, projections)).toEqual([])
  if (planClass === 'reference') expect(within(tables, reference)).toEqual([])
  if (planClass === 'local') expect(within(tables, local)).toEqual([])
  if (planClass === 'no-table') expect(tables).toEqual([])
  if (planClass === 'one-task' || planClass === 'every-shard') {
    expect(within(tables, [...ofTitles, ...reference])).toEqual([])
    if (!citus || planClass === 'one-task') expect(ofTitles.length).toBeGreaterThan(0)
  } else expect(ofTitles).toEqual([])
  if (!citus) return
  if (planClass === 'one-task') expect(tasks).toEqual([1])
  else if (planClass === 'every-shard') expect(tasks).not.toEqual([1])
  else expect(tasks.filter((count) => count !== 1)).toEqual([])
}

describe('the plan of every statement', () => {
  it('is the one that the table says', async () => {
    const wrong: string[] = []
    for (const [name, { class: planClass, values }] of Object.entries(planClasses)) {
      const statement = statements.get(name)
      if (!values || !statement) continue
      const plan = await planOf(statement, values, planClass)
      try {
        hold(planClass, plan)
      } catch (error) {
        wrong.push(`${name} is no ${planClass}: ${JSON.stringify(plan)} ${(error as Error).message}`)
      }
    }
    expect(wrong).toEqual([])
  })

  it('is in the table: each statement of the stores with values, each of the commands by name', () => {
    const unplanned = [...statements.keys()].filter((name) => !planClasses[name]?.values)
    expect(unplanned).toEqual([])
    const named = storeFiles.flatMap((file) =>
      [...readFileSync(root + file, 'utf8').matchAll(/\bsql\(\s*'([^']+)'/g)].map(([, name]) => String(name)),
    )
    expect(named.length).toBeGreaterThan(40)
    expect(named.filter((name) => !planClasses[name])).toEqual([])
    const gone = Object.keys(planClasses).filter((name) => planClasses[name]?.values && !statements.has(name))
    expect(gone).toEqual([])
  })

  it('can be told from the text that the server keeps', () => {
    for (const { name, text } of statements.values()) expect(statementName(text)).toBe(name)
  })
})

describe('what is asked of the analytics servers', () => {
  const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff'
  const { mina } = world.viewers
  const wholePlan = (name: string, values: unknown[]) => planOf(statements.get(name)!, values, 'foreign')
  const state = 'SELECT role, heartbeat_at FROM public.server_state'

  it('is the page of a user, in its order and with its end; titles and episodes are looked up by their ids', async () => {
    const plan = await wholePlan('watch-history.page', [mina.sub, 'infinity', last, 21])
    expect(plan.scans).toEqual([
      'Foreign Scan server_state',
      'Foreign Scan user_watch_history',
      'CTE Scan state',
      'CTE Scan page',
      'Index Scan content_listing',
      'Index Scan episode_listing',
    ])
    expect(plan.remote).toEqual([
      state,
      'SELECT id, content_id, episode_id, run, watched_at, watch_duration, completed FROM public.user_watch_history ' +
        `WHERE ((watched_at <= 'infinity')) AND ((user_id = '${mina.sub}')) ` +
        `AND (((watched_at < 'infinity') OR (id < '${last}'))) ` +
        'ORDER BY watched_at DESC NULLS FIRST, id DESC NULLS FIRST LIMIT 21::bigint',
    ])
    if (citus) expect(plan.tasks).toEqual([1])
  })

  it('is a page of ids', async () => {
    const plan = await wholePlan('users.ids', ['infinity', last, 21])
    expect(plan.scans).toEqual([
      'Foreign Scan server_state',
      'Foreign Scan users',
      'CTE Scan state',
      'CTE Scan page',
    ])
    expect(plan.remote).toEqual([
      state,
      `SELECT id, created_at FROM public.users WHERE ((created_at <= 'infinity')) ` +
        `AND (((created_at < 'infinity') OR (id < '${last}'))) ` +
        'ORDER BY created_at DESC NULLS FIRST, id DESC NULLS FIRST LIMIT 21::bigint',
    ])
  })

  it('stays what it is on a session that has asked it often', async () => {
    const session = await asking.connect()
    try {
      const { text } = statements.get('watch-history.page')!
      await session.query(`PREPARE often AS ${text}`)
      const run = `EXECUTE often ('${mina.sub}', 'infinity', '${last}', 21)`
      for (let n = 0; n < 10; n++) await session.query(run)
      const { rows } = await session.query(`EXPLAIN (VERBOSE, FORMAT JSON) ${run}`)
      const plan: Plan = { tables: [], tasks: [], scans: [], remote: [] }
      collect(rows[0]['QUERY PLAN'], plan)
      expect(plan.remote[1]).toMatch(/ LIMIT 21::bigint$/)
    } finally {
      session.release(true)
    }
  })
})

describe('the test itself', () => {
  it('knows a plan of another class', async () => {
    const all: Statement = { name: 'all', text: 'SELECT id FROM content_metadata WHERE title = $1' }
    const joined: Statement = {
      name: 'joined',
      text: 'SELECT l.id FROM content_listing AS l JOIN content_stats AS s ON s.content_id = l.id WHERE l.slug = $1',
    }
    const [scattered, both] = [await planOf(all, ['x']), await planOf(joined, ['x'])]
    if (citus) expect(() => hold('one-task', scattered)).toThrow()
    expect(() => hold('projection', scattered)).toThrow()
    expect(() => hold('projection', both)).toThrow()
    const plainly: Statement = {
      name: 'plainly',
      text: `SELECT h.id, l.title FROM user_watch_history AS h JOIN content_listing AS l ON l.id = h.content_id
             WHERE l.slug = $1 ORDER BY h.watched_at DESC LIMIT 21`,
    }
    const whole = await planOf(plainly, ['x'], 'foreign')
    expect(() => hold('foreign', whole)).toThrow()
  })
})
