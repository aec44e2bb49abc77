import { type Db, query, sql } from '@marquee/postgres'

export const statements = {
  keep: sql(
    'users.keep',
    'INSERT INTO users (id) SELECT DISTINCT id FROM unnest($1::uuid[]) AS seen (id) ORDER BY id ON CONFLICT DO NOTHING',
  ),
}

/** Makes the rows of people who have written something; what is known of them stays. */
export async function keepUsers(db: Db, ids: string[]): Promise<void> {
  if (ids.length > 0) await query(db, statements.keep, [ids])
}
