import type { NewEvent } from '@marquee/contracts'
import { freshDatabase } from '@marquee/test-kit'
import { v7 as uuidv7 } from 'uuid'
import {
  citusInstalled,
  createPool,
  idempotencyStatements,
  inboxStatements,
  type Log,
  leaseStatements,
  manageStatements,
  outboxColumns,
  outboxRow,
  outboxStatements,
  type Pool,
} from '../index.js'

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

export interface OwnDatabase {
  url: string
  pool: Pool
  close(): Promise<void>
}

/** A database of the test file's own with all tables of this package. */
export async function ownDatabase(): Promise<OwnDatabase> {
  const { url, drop } = await freshDatabase()
  const pool = createPool({ url, name: 'test', log: silent })
  const tables = [outboxStatements(), inboxStatements(), leaseStatements(), idempotencyStatements()].flat()
  if (await citusInstalled(pool)) tables.push(...manageStatements())
  for (const statement of tables) await pool.query(statement)
  const close = async () => {
    await pool.end()
    await drop()
  }
  return { url, pool, close }
}

/** A title's event with a body that its schema accepts. */
export const titleEvent = (subject: string, subjectVersion: number): NewEvent => ({
  type: 'content.deleted',
  subject,
  subjectVersion,
  body: { id: subject, slug: `title-${subjectVersion}` },
})

/** An outbox row with an id of our choosing, as a writer with another clock would have made it. */
export async function writeRow(pool: Pool, event: NewEvent, id = uuidv7()): Promise<string> {
  const values = outboxRow(event)
  values[0] = id
  const places = values.map((_, index) => `$${index + 1}`).join(', ')
  await pool.query(`INSERT INTO outbox (${outboxColumns.join(', ')}) VALUES (${places})`, values)
  return id
}
