import { appendFile, writeFile } from 'node:fs/promises'
import { type Pool, query, type Statement, sql } from '@marquee/postgres'

/* What other apps state too, for `ops reconcile` to hold against theirs: one JSON line per figure. */

const pageSize = 20_000

// Each in the order of its key, from after $1.
const figures: Record<string, Statement> = {
  'views by title and day': sql(
    'figures.views',
    `SELECT * FROM (
       SELECT content_id || ' ' || day AS key, views::text AS value FROM content_analytics
       WHERE views > 0 AND day >= (now() AT TIME ZONE 'UTC')::date - 30
     ) AS figure WHERE key > $1 ORDER BY key LIMIT ${pageSize}`,
  ),
  titles: sql(
    'figures.titles',
    `SELECT id::text AS key, version || ' ' || status AS value FROM content_titles WHERE id > $1::uuid
     ORDER BY id LIMIT ${pageSize}`,
  ),
  episodes: sql(
    'figures.episodes',
    `SELECT id::text AS key, version || ' ' || status AS value FROM content_episodes WHERE id > $1::uuid
     ORDER BY id LIMIT ${pageSize}`,
  ),
  users: sql(
    'figures.users',
    `SELECT id::text AS key, '' AS value FROM users WHERE id > $1::uuid ORDER BY id LIMIT ${pageSize}`,
  ),
}
export const statements = figures

const nil = '00000000-0000-0000-0000-000000000000'

/** Writes every figure to `file`, page by page. */
export async function writeFigures(primary: Pool, file: string): Promise<void> {
  await writeFile(file, '')
  for (const [figure, statement] of Object.entries(figures)) {
    for (let after = nil; ; ) {
      const page = await query<{ key: string; value: string }>(primary, statement, [after])
      await appendFile(file, page.map((row) => `${JSON.stringify({ figure, ...row })}\n`).join(''))
      if (page.length < pageSize) break
      after = page.at(-1)!.key
    }
  }
}
