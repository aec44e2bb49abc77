import { type Db, query, sql } from '@marquee/postgres'

export const statements = {
  now: sql('time.now', 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS ms'),
}

/** Milliseconds since 1970 by the database's clock. */
export async function databaseTime(db: Db): Promise<number> {
  const [row] = await query<{ ms: number }>(db, statements.now)
  return row!.ms
}
