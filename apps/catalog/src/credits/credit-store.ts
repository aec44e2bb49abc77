import { type Db, query, sql, type Tx } from '@marquee/postgres'
import { personJson } from '../people/person-store.js'
import type { NewCredit } from './credit-rules.js'

/** Both kinds of one title ($1), of which each SELECT names the title so that one shard has it all. */
export const creditRows = `SELECT ${personJson} AS person, 'cast' AS kind, c.role, NULL::text AS department,
    c.is_lead AS "isLead", c.sort_order AS "sortOrder", c.id
  FROM cast_members AS c JOIN persons AS p ON p.id = c.person_id WHERE c.content_id = $1
  UNION ALL
  SELECT ${personJson}, 'crew', c.role, c.department, false, c.sort_order, c.id
  FROM crew_members AS c JOIN persons AS p ON p.id = c.person_id WHERE c.content_id = $1`

export const statements = {
  list: sql(
    'credits.list',
    `SELECT kind, NOT "isLead" AS behind, "sortOrder" AS place, id, row_to_json((SELECT item FROM (SELECT person, kind, role,
       department, "isLead", "sortOrder") AS item))::text AS item
     FROM (${creditRows}) AS credits
     WHERE $2::text IS NULL OR (kind, NOT "isLead", "sortOrder", id) > ($2::text, $3::boolean, $4::integer, $5::uuid)
     ORDER BY kind, NOT "isLead", "sortOrder", id LIMIT $6`,
  ),
  clearCast: sql('cast.clear', 'DELETE FROM cast_members WHERE content_id = $1'),
  clearCrew: sql('crew.clear', 'DELETE FROM crew_members WHERE content_id = $1'),
  addCast: sql(
    'cast.add',
    `INSERT INTO cast_members (content_id, id, person_id, role, is_lead, sort_order) VALUES ($1, $2, $3, $4, $5, $6)`,
  ),
  addCrew: sql(
    'crew.add',
    `INSERT INTO crew_members (content_id, id, person_id, role, department, sort_order) VALUES ($1, $2, $3, $4, $5, $6)`,
  ),
}

/** Kind, not a lead, order, id. */
export type CreditPlace = [string, boolean, number, string]
export interface ListedCredit {
  kind: 'cast' | 'crew'
  behind: boolean
  place: number
  id: string
  item: string
}

export const listCredits = (
  db: Db,
  contentId: string,
  after: CreditPlace | null,
  limit: number,
): Promise<ListedCredit[]> =>
  query(db, statements.list, [contentId, ...(after ?? [null, null, null, null]), limit])

/** One by one: on Citus an INSERT from unnest would not go to the one shard. */
export async function replaceCredits(tx: Tx, contentId: string, credits: NewCredit[]): Promise<void> {
  await query(tx, statements.clearCast, [contentId])
  await query(tx, statements.clearCrew, [contentId])
  for (const { id, kind, personId, role, department, isLead, sortOrder } of credits)
    await query(
      tx,
      kind === 'cast' ? statements.addCast : statements.addCrew,
      kind === 'cast'
        ? [contentId, id, personId, role, isLead, sortOrder]
        : [contentId, id, personId, role, department, sortOrder],
    )
}
