import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { copyRows, type Pool, transaction } from './index.js'
import { type OwnDatabase, ownDatabase } from './testing/database.js'

let own: OwnDatabase
let pool: Pool
beforeAll(async () => {
  own = await ownDatabase()
  pool = own.pool
  await pool.query(
    'CREATE TABLE things (id int PRIMARY KEY, name text, tags text[], extra json, bytes bytea, at timestamptz)',
  )
})
afterAll(() => own.close())

describe('copyRows', () => {
  it('keeps every character, null, array, object, byte and instant', async () => {
    const odd = ['tab\there', 'line\nbreak\r', 'back\\slash \\N', '"quoted" {braces}, comma', '', '한글 🎬']
    const row = [1, odd.join('|'), [...odd, null], { a: [odd] }, Buffer.from([0, 1, 255]), new Date(0)]
    const count = await transaction(pool, (tx) =>
      copyRows(
        tx,
        'things',
        ['id', 'name', 'tags', 'extra', 'bytes', 'at'],
        [row, [2, null].concat(Array(4).fill(null))],
      ),
    )
    expect(count).toBe(2)
    const { rows } = await pool.query('SELECT * FROM things ORDER BY id')
    expect(Object.values(rows[0])).toEqual(row)
    expect(Object.values(rows[1])).toEqual([2, null, null, null, null, null])
  })

  it('takes more rows than one portion from a stream', async () => {
    async function* many() {
      for (let id = 10; id < 12_010; id += 1) yield [id, `thing ${id}`]
    }
    expect(await transaction(pool, (tx) => copyRows(tx, 'public.things', ['id', 'name'], many()))).toBe(
      12_000,
    )
  })

  it('leaves nothing behind when a row is refused, and the connection usable', async () => {
    const before = (await pool.query('SELECT count(*) FROM things')).rows
    const rows = [
      [20_000, 'new'],
      ['not a number', 'x'],
    ]
    await expect(transaction(pool, (tx) => copyRows(tx, 'things', ['id', 'name'], rows))).rejects.toThrow(
      'invalid input',
    )
    expect((await pool.query('SELECT count(*) FROM things')).rows).toEqual(before)
  })
})
