import { type Db, query, sql } from '@marquee/postgres'

export const statements = {
  now: sql('time.now', 'SELECT now() AS now'),
}

/** The time of the database, which all instances share: a clock of ours may be wrong. In a transaction that of its beginning. */
export async function databaseTime(db: Db): Promise<Date> {
  const [row] = await query<{ now: Date }>(db, statements.now)
  return row!.now
}
