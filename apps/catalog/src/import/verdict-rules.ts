import { createHash } from 'node:crypto'
import type { KnownIdentity, PresentTitle } from './imported-titles-store.js'
import { type Merge, mergeFields } from './merge-rules.js'
import type { Fields, SourceTitle } from './source-title.js'

/** A title of the source beside what is known of it. */
export interface SourceRow {
  /** Position in the source, from 0. */
  row: number
  title: SourceTitle
  fields: Fields
  hash: string
}
export type KnownRow = SourceRow & { known: KnownIdentity }

/** What an import has to do with a title that it brought once. */
export type Verdict =
  | { does: 'skip'; row: KnownRow; reason: string }
  | { does: 'change' | 'remember' | 'nothing'; row: KnownRow; present: PresentTitle; merge: Merge }

/** Names a set of fields, in whatever order they come. */
export function hashOf(fields: Fields): string {
  const ordered = Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(ordered)).digest('hex')
}

export function verdictOn(row: KnownRow, present: PresentTitle | undefined): Verdict {
  if (!present) return { does: 'skip', row, reason: 'its title is no longer in the catalogue' }
  if (present.title.status === 'archived') return { does: 'skip', row, reason: 'archived here' }
  const last = row.known.imported ?? row.fields
  const merge = mergeFields(last, row.fields, present.fields)
  if (Object.keys(merge.changes).length > 0) return { does: 'change', row, present, merge }
  return { does: hashOf(merge.imported) === hashOf(last) ? 'nothing' : 'remember', row, present, merge }
}
