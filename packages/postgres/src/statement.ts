import type pg from 'pg'
import type { Db } from './pool.js'

export interface Statement {
  readonly name: string
  readonly text: string
}

const texts = new Map<string, string>()

/**
 * A named (prepared once per connection) statement, e.g. `sql('content.by-id', 'SELECT ... WHERE id = $1')`. Its name stands as a
 * comment after the first keyword, because pg_stat_statements of PostgreSQL 18 drops what comes before it (15 keeps it).
 * @throws when the name is malformed, or was given to another text
 */
export function sql(name: string, text: string): Statement {
  if (!/^[a-z][a-z0-9.-]{0,62}$/.test(name)) throw new Error(`not a statement name: ${name}`)
  const known = texts.get(name)
  if (known !== undefined && known !== text) throw new Error(`two statements are called ${name}`)
  texts.set(name, text)
  const [, keyword, rest] = /^\s*([a-zA-Z]+)\b([\s\S]*)$/.exec(text) ?? []
  if (keyword === undefined) throw new Error(`${name} does not begin with a keyword`)
  return { name, text: `${keyword} /* ${name} */${rest}` }
}

/** The name that `sql` put into a text of pg_stat_statements, else null. */
export const statementName = (text: string): string | null =>
  /^\s*[a-zA-Z]+ \/\* ([a-z][a-z0-9.-]*) \*\//.exec(text)?.[1] ?? null

/** The rows of a statement. @throws what the server or the connection says; see isOutage. */
export async function query<Row extends object = Record<string, unknown>>(
  db: Db,
  statement: Statement,
  values: unknown[] = [],
): Promise<Row[]> {
  const { name, text } = statement
  const result = await (db as pg.Pool).query<Row & pg.QueryResultRow>({ name, text, values })
  return result.rows
}
