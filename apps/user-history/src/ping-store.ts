import { type Db, query, sql } from '@marquee/postgres'

// Through a table, so that a database without our schema is not ready.
export const statements = {
  ping: sql('ping', 'SELECT count(*) AS count FROM (SELECT FROM content_audience LIMIT 1) AS one'),
}

export async function ping(db: Db): Promise<void> {
  await query(db, statements.ping)
}
