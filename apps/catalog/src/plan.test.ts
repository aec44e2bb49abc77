import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { citusInstalled, type Pool, type Statement, statementName } from '@marquee/postgres'
import { type PlanClass, planClasses } from './plan-classes.js'
import { testDatabase } from './testing/test-catalog.js'

const root = fileURLToPath(new URL('.', import.meta.url))
const storeFiles = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('-store.ts'),
)

let database: Awaited<ReturnType<typeof testDatabase>>
let pool: Pool
let citus: boolean
/** What the stores of requests, consumers and jobs export. */
const statements = new Map<string, Statement>()

beforeAll(async () => {
  database = await testDatabase()
  pool = database.pool
  citus = await citusInstalled(pool)
  for (const file of storeFiles.filter((path) => !/^(import|seed)\//.test(path))) {
    const store = (await import(`./${file.replace(/\.ts$/, '.js')}`)) as {
      statements: Record<string, Statement>
    }
    for (const statement of Object.values(store.statements)) statements.set(statement.name, statement)
  }
})
afterAll(() => database.close())

const reference = ['genres', 'tags', 'persons']
const projections = ['content_listing', 'episode_listing']
const local = ['outbox', 'inbox', 'leases', 'idempotency_keys', 'import_identities', 'import_runs']

interface Plan {
  /** Tables, without the numbers of shards. */
  tables: string[]
  /** Of each Citus scan; undefined is an INSERT through the coordinator. */
  tasks: (number | undefined)[]
}

async function planOf({ text }: Statement, values: unknown[]): Promise<Plan> {
  const { rows } = await pool.query(`EXPLAIN (FORMAT JSON) ${text}`, values)
  const plan: Plan = { tables: [], tasks: [] }
  collect(rows[0]['QUERY PLAN'], plan)
  return { ...plan, tables: [...new Set(plan.tables)] }
}

function collect(node: unknown, plan: Plan): void {
  if (Array.isArray(node)) for (const item of node) collect(item, plan)
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return
  const {
    'Relation Name': table,
    'Custom Plan Provider': provider,
    'Task Count': tasks,
  } = node as Record<string, unknown>
  if (typeof table === 'string') plan.tables.push(table.replace(/_\d{6,}$/, ''))
  if (typeof tasks === 'number') plan.tasks.push(tasks)
  if (typeof provider === 'string' && provider.includes('INSERT')) plan.tasks.push(undefined)
  for (const inner of Object.values(node)) collect(inner, plan)
}

const within = (tables: string[], allowed: string[]) => tables.filter((table) => !allowed.includes(table))

function hold(planClass: PlanClass, { tables, tasks }: Plan): void {
  const ofTitles = tables.filter((table) => ![...reference, ...projections, ...local].includes(table))
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
      const plan = await planOf(statement, values)
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
  })
})
