import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { arm, disarmAll } from '@marquee/faults/testing'
import { proxyTo, settle } from '@marquee/test-kit'
import { migrate, type Pool } from './index.js'
import { type OwnDatabase, ownDatabase, silent } from './testing/database.js'

let own: OwnDatabase
let pool: Pool
let url: string
beforeAll(async () => {
  own = await ownDatabase()
  pool = own.pool
  url = own.url
})
afterAll(async () => {
  disarmAll()
  await own.close()
})

function migrations(files: Record<string, string>): string {
  const dir = mkdtempSync(join(tmpdir(), 'migrations-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(dir, `${name}.mjs`), text)
  return dir
}
const table = (name: string, before = '') => `
  export const up = (pgm) => { pgm.sql('CREATE TABLE ${name} (id int)'); ${before} }
  export const down = (pgm) => { pgm.sql('DROP TABLE ${name}') }`
const exists = async (name: string) =>
  (await pool.query('SELECT to_regclass($1) IS NOT NULL AS yes', [name])).rows[0].yes as boolean

describe('migrations', () => {
  it('go up once and down again', async () => {
    const dir = migrations({ '0001_one': table('one'), '0002_two': table('two') })
    const options = { url, dir, log: silent }
    expect(await migrate({ ...options, direction: 'up' })).toEqual(['0001_one', '0002_two'])
    expect(await migrate({ ...options, direction: 'up' })).toEqual([])
    expect(await migrate({ ...options, direction: 'down', count: 2 })).toEqual(['0002_two', '0001_one'])
    expect(await exists('one')).toBe(false)
  })

  it('complete after the migrator ended between two of them', async () => {
    const dir = migrations({ '0001_seven': table('seven'), '0002_eight': table('eight') })
    const options = { url, dir, direction: 'up' as const, log: silent }
    arm('migrate.applied', { action: 'throw' })
    await expect(migrate(options)).rejects.toThrow('migrate.applied')
    expect([await exists('seven'), await exists('eight')]).toEqual([true, false])
    expect(await migrate(options)).toEqual(['0002_eight'])
    await migrate({ url, dir, direction: 'down', count: 2, log: silent })
  })

  it('wait while another migrator works, and do each step once', async () => {
    const slow = `pgm.sql('SELECT pg_sleep(0.5)')`
    const dir = migrations({ '0001_three': table('three', slow), '0002_four': table('four') })
    const both = await Promise.all([
      migrate({ url, dir, direction: 'up', log: silent }),
      migrate({ url, dir, direction: 'up', log: silent }),
    ])
    expect(both.flat().sort()).toEqual(['0001_three', '0002_four'])
    await migrate({ url, dir, direction: 'down', count: 2, log: silent })
  })

  it('complete after the migrator was killed in the middle of a step', async () => {
    const slow = `pgm.sql("SELECT pg_sleep(1) /* killed here */")`
    const dir = migrations({ '0001_five': table('five'), '0002_six': table('six', slow) })
    const link = await proxyTo(url)
    const killed = migrate({ url: link.url, dir, direction: 'up', log: silent }).catch(() => 'killed')
    await settle(async () => {
      const { rows } = await pool.query(
        `SELECT FROM pg_stat_activity WHERE query LIKE '%killed here%' AND pid <> pg_backend_pid()`,
      )
      return rows.length === 1
    })
    link.cut()
    expect(await killed).toBe('killed')
    expect(await migrate({ url, dir, direction: 'up', log: silent })).toEqual(['0002_six'])
    expect([await exists('five'), await exists('six')]).toEqual([true, true])
    await link.close()
  })
})
