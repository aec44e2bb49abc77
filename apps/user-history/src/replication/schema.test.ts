import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { migrate, type Pool } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { published, publishedNames, publishedTable } from './published.js'
import { migrationsOf, type TwoServers, twoServers } from './testing/two-servers.js'

let servers: TwoServers
beforeAll(async () => {
  servers = await twoServers()
})
afterAll(() => servers.close())

async function columns(pool: Pool, table: string): Promise<{ name: string; type: string }[]> {
  const { rows } = await pool.query(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
     WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [table],
  )
  return rows
}
async function key(pool: Pool, table: string): Promise<string[]> {
  const { rows } = await pool.query(
    `SELECT attname AS name FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey)
     WHERE indrelid = $1::regclass AND indisprimary ORDER BY array_position(indkey::int2[], attnum)`,
    [table],
  )
  return rows.map(({ name }) => name)
}

describe('the tables of the replica', () => {
  it.each(publishedNames)(
    '%s has the columns that are published, with their types, and the same key',
    async (name) => {
      const { columns: sent, columnList, key: wantedKey } = publishedTable(name)
      const there = await columns(servers.primary.pool, name)
      const here = await columns(servers.replica.pool, name)
      expect(here.map((column) => column.name)).toEqual([...sent])
      const publishedColumns = columnList ? there.filter((column) => sent.includes(column.name)) : there
      expect(here).toEqual(publishedColumns)
      expect(await key(servers.replica.pool, name)).toEqual(await key(servers.primary.pool, name))
      expect(Object.keys(wantedKey)).toEqual(await key(servers.primary.pool, name))
    },
  )

  it('know no email', async () => {
    expect((await columns(servers.primary.pool, 'users')).map(({ name }) => name)).toContain('email')
    expect((await columns(servers.replica.pool, 'users')).map(({ name }) => name)).not.toContain('email')
    expect(published.users.columns).not.toContain('email')
  })

  it('say what they and each of their columns are', async () => {
    const { rows } = await servers.replica.pool.query(
      `SELECT c.relname || coalesce('.' || a.attname, '') AS undescribed
       FROM pg_class c LEFT JOIN LATERAL (
         SELECT attname, attnum FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped
         UNION ALL SELECT NULL, 0) a ON true
       WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
         AND c.relname <> 'migrations' AND length(coalesce(col_description(c.oid, a.attnum), obj_description(c.oid, 'pg_class'), '')) < 8
         OR a.attnum > 0 AND c.relname = ANY($1) AND col_description(c.oid, a.attnum) IS NULL`,
      [[...publishedNames, 'server_state', 'server_role']],
    )
    expect(rows).toEqual([])
  })

  it('go down to nothing and up again', async () => {
    const { url } = servers.replica
    const options = { url, dir: migrationsOf('replica'), log: silentLogger }
    const down = await migrate({ ...options, direction: 'down', count: 100 })
    const left = await servers.replica.pool.query(
      `SELECT tablename FROM pg_tables WHERE schemaname = 'public'`,
    )
    expect(left.rows).toEqual([{ tablename: 'migrations' }])
    expect(await migrate({ ...options, direction: 'up' })).toEqual(down.toReversed())
  })
})
