import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { Pool } from './index.js'
import { query, sql, statementName } from './index.js'
import { type OwnDatabase, ownDatabase } from './testing/database.js'

let own: OwnDatabase
let pool: Pool
beforeAll(async () => {
  own = await ownDatabase()
  pool = own.pool
})
afterAll(() => own.close())

const select = sql('test.select', 'SELECT $1::int + 40 AS answer')
const withList = sql(
  'test.with',
  'WITH list AS (SELECT generate_series(1, $1::int) AS n) SELECT sum(n) AS sum FROM list',
)

describe('a named statement', () => {
  it('is found by its name in pg_stat_statements', async () => {
    await pool.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
    expect(await query(pool, select, [2])).toEqual([{ answer: 42 }])
    expect(await query(pool, withList, [4])).toEqual([{ sum: 10 }])
    const { rows } = await pool.query<{ query: string }>(
      'SELECT query FROM pg_stat_statements WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database())',
    )
    const names = rows.map((row) => statementName(row.query))
    expect(names).toEqual(expect.arrayContaining(['test.select', 'test.with']))
  })

  it('keeps its name to one text', () => {
    expect(() => sql('test.select', 'SELECT 2')).toThrow('two statements are called test.select')
    expect(() => sql('Test Select', 'SELECT 2')).toThrow('not a statement name')
    expect(statementName('SELECT 1')).toBeNull()
  })
})

describe('rows', () => {
  it('are read as numbers, plain dates and instants', async () => {
    const values = sql(
      'test.values',
      `SELECT 9007199254740991::bigint AS big, 1.5::numeric AS exact, '2025-01-31'::date AS day,
       '2025-01-31T00:00:00Z'::timestamptz AS instant, '{"a":1}'::json AS json, '\\x00ff'::bytea AS bytes`,
    )
    expect(await query(pool, values)).toEqual([
      {
        big: Number.MAX_SAFE_INTEGER,
        exact: 1.5,
        day: '2025-01-31',
        instant: new Date('2025-01-31T00:00:00Z'),
        json: { a: 1 },
        bytes: Buffer.from([0, 255]),
      },
    ])
  })
})
