import type { Tag } from '@marquee/contracts'
import { type Db, query, sql, type Tx } from '@marquee/postgres'

export const statements = {
  known: sql('tags.known', 'SELECT id, name FROM tags WHERE id = ANY($1::uuid[])'),
  list: sql(
    'tags.list',
    `SELECT id, name, lower(name) AS key FROM tags
     WHERE $1::text IS NULL OR (lower(name), id) > ($1::text, $2::uuid) ORDER BY lower(name), id LIMIT $3`,
  ),
  insert: sql(
    'tags.insert',
    'INSERT INTO tags (id, name) VALUES ($1, $2) ON CONFLICT (lower(name)) DO NOTHING RETURNING id',
  ),
  ofTitle: sql(
    'content.tags',
    `SELECT t.id, t.name, lower(t.name) AS key FROM content_tags AS c JOIN tags AS t ON t.id = c.tag_id
     WHERE c.content_id = $1 ORDER BY lower(t.name), t.id`,
  ),
  clear: sql('content.clear-tags', 'DELETE FROM content_tags WHERE content_id = $1'),
  add: sql('content.add-tag', 'INSERT INTO content_tags (content_id, tag_id) VALUES ($1, $2)'),
  listTitle: sql('listing.tags', 'UPDATE content_listing SET tag_ids = $2::uuid[] WHERE id = $1'),
}

export type ListedTag = Tag & { key: string }

export const knownTags = (db: Db, ids: string[]): Promise<Tag[]> => query<Tag>(db, statements.known, [ids])
export const listTags = (db: Db, after: [string, string] | null, limit: number): Promise<ListedTag[]> =>
  query<ListedTag>(db, statements.list, [after?.[0] ?? null, after?.[1] ?? null, limit])

/** False when there is a tag of this name, in whatever case. */
export const insertTag = async (tx: Tx, id: string, name: string): Promise<boolean> =>
  (await query(tx, statements.insert, [id, name])).length === 1

export const tagsOf = (db: Db, contentId: string): Promise<ListedTag[]> =>
  query<ListedTag>(db, statements.ofTitle, [contentId])

/** One by one: on Citus an INSERT from unnest would not go to the one shard. The projection is the caller's last write. */
export async function replaceTags(tx: Tx, contentId: string, ids: string[]): Promise<void> {
  await query(tx, statements.clear, [contentId])
  for (const id of ids) await query(tx, statements.add, [contentId, id])
}

/** In the order in which a rebuild of the projection has them. */
export const listTitleTags = (tx: Tx, contentId: string, ids: string[]) =>
  query(tx, statements.listTitle, [contentId, [...ids].sort()])
