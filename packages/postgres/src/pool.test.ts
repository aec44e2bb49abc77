import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { proxyTo } from '@marquee/test-kit'
import { createPool, isOutage, type Pool, transaction } from './index.js'
import { type OwnDatabase, ownDatabase, silent } from './testing/database.js'

let own: OwnDatabase
let pool: Pool
let url: string
beforeAll(async () => {
  own = await ownDatabase()
  pool = own.pool
  url = own.url
  await pool.query('CREATE TABLE notes (id int PRIMARY KEY)')
})
afterAll(() => own.close())

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  )
const notes = async (id: number) => (await pool.query('SELECT FROM notes WHERE id = $1', [id])).rowCount

describe('a transaction', () => {
  it('keeps what it wrote, or nothing when its work throws', async () => {
    await transaction(pool, (tx) => tx.query('INSERT INTO notes VALUES (1)'))
    const error = await failure(
      transaction(pool, async (tx) => {
        await tx.query('INSERT INTO notes VALUES (2)')
        throw new Error('changed my mind')
      }),
    )
    expect([await notes(1), await notes(2), (error as Error).message]).toEqual([1, 0, 'changed my mind'])
  })

  it('does not call a rolled back COMMIT a success', async () => {
    const swallowing = transaction(pool, async (tx) => {
      await tx.query('INSERT INTO notes VALUES (3)')
      await tx.query('INSERT INTO notes VALUES (1)').catch(() => {})
    })
    await expect(swallowing).rejects.toThrow('rolled back')
    expect(await notes(3)).toBe(0)
  })

  it('survives a connection that dies inside it', async () => {
    const error = await failure(
      transaction(pool, async (tx) => {
        const { rows } = await tx.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
        await pool.query('SELECT pg_terminate_backend($1::int)', [rows[0]?.pid])
        await tx.query('INSERT INTO notes VALUES (4)')
      }),
    )
    expect(isOutage(error)).toBe(true)
    expect(await notes(4)).toBe(0)
  })

  it('gives its locks back when its process is frozen', async () => {
    const link = await proxyTo(url)
    const frozen = createPool({ url: link.url, name: 'frozen', idleTransactionMs: 300, log: silent })
    const left = transaction(frozen, async (tx) => {
      await tx.query('SELECT FROM notes WHERE id = 1 FOR UPDATE')
      link.freeze()
      await pool.query('UPDATE notes SET id = id WHERE id = 1')
      link.thaw()
    })
    expect(isOutage(await failure(left))).toBe(true)
    await frozen.end()
    await link.close()
  })
})

describe('an outage', () => {
  it('is a server that is not there, is frozen, or cancels what takes too long', async () => {
    const nowhere = createPool({ url: 'postgresql://u@127.0.0.1:1/x', name: 'test', log: silent })
    expect(isOutage(await failure(nowhere.query('SELECT 1')))).toBe(true)
    await nowhere.end()

    const link = await proxyTo(url)
    const impatient = createPool({ url: link.url, name: 'test', queryTimeoutMs: 200, log: silent })
    expect(isOutage(await failure(impatient.query('SELECT pg_sleep(5)')))).toBe(true)
    await impatient.query('SELECT 1')
    link.freeze()
    const error = await failure(impatient.query('SELECT 1'))
    expect([(error as Error).message, isOutage(error)]).toEqual(['Query read timeout', true])
    link.thaw()
    expect((await impatient.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await impatient.end()
    await link.close()
  })

  it('is not a statement or a row that is wrong', async () => {
    for (const text of ['SELEKT', 'INSERT INTO notes VALUES (1)', 'SELECT 1/0', "SELECT 'x'::int"])
      expect(isOutage(await failure(pool.query(text)))).toBe(false)
    expect(isOutage(new TypeError('x is not a function'))).toBe(false)
    expect(isOutage('down')).toBe(false)
  })

  it.each([
    [
      '08006',
      'connection to the remote node localhost:5433 failed with the following error: Connection refused',
    ],
    [
      'XX000',
      'connection to the remote node marquee@127.0.0.1:5433 failed with the following error: timeout',
    ],
    ['58000', 'could not establish any connections to the node localhost:5433 after 3000 ms'],
    ['XX000', 'failure on connection marked as essential: localhost:5433'],
    ['57P01', 'terminating connection due to administrator command'],
    ['53300', 'sorry, too many clients already'],
    ['40P01', 'deadlock detected'],
  ])('is %s %s', (code, message) => {
    expect(isOutage(Object.assign(new Error(message), { code }))).toBe(true)
    expect(
      isOutage(new Error('title not read', { cause: Object.assign(new Error(message), { code }) })),
    ).toBe(true)
  })
})
