import type { Fields, FieldValue } from './source-title.js'

export interface Kept {
  field: string
  /** Whether the source also says something new, or only the editor does. */
  sourceChanged: boolean
}

export interface Merge {
  /** Fields to write; undefined removes the value. */
  changes: Record<string, Value>
  /** Fields where the catalogue stays different from the source because somebody changed them here. */
  kept: Kept[]
  /** What to remember as last imported. */
  imported: Fields
}

type Value = FieldValue | undefined

const same = (a: Value, b: Value): boolean =>
  a === b ||
  (Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => item === b[i]))

/**
 * Three ways: what was imported last, what the source says now, what the catalogue says now. A field is written only if the source
 * changed it and nobody changed it here. What is kept stays remembered as it was, so a field whose edit is taken back follows the
 * source again.
 */
export function mergeFields(last: Fields, source: Fields, present: Fields): Merge {
  const merge: Merge = { changes: {}, kept: [], imported: { ...last } }
  const fields = new Set([...Object.keys(last), ...Object.keys(source)])
  for (const field of [...fields].sort()) {
    const sourceChanged = !same(last[field], source[field])
    const agreed = same(present[field], source[field])
    const untouched = same(present[field], last[field])
    if (!agreed && !(sourceChanged && untouched)) {
      merge.kept.push({ field, sourceChanged })
      continue
    }
    if (!agreed) merge.changes[field] = source[field]
    remember(merge.imported, field, source[field])
  }
  return merge
}

function remember(imported: Fields, field: string, value: Value): void {
  if (value === undefined) delete imported[field]
  else imported[field] = value
}
