import { type Db, type Tx, writeOutbox } from '@marquee/postgres'
import { v7 as uuidv7 } from 'uuid'
import { newTitle } from '../content/content-rules.js'
import { newEpisode } from '../episodes/episode.js'
import { type ChangedTitle, changeTitle, listChanges, updatedEvent } from './change-title-store.js'
import {
  addIdentities,
  findImported,
  lockTitles,
  readGenresOf,
  readPresent,
  updateIdentities,
} from './imported-titles-store.js'
import { insertTitles, placeTitles } from './insert-titles-store.js'
import type { NewTitle } from './new-title.js'
import type { BatchOutcome } from './report.js'
import { fieldsOf, type Mapped } from './source-title.js'
import { hashOf, type KnownRow, type SourceRow, type Verdict, verdictOn } from './verdict-rules.js'
import { ensureGenres, ensurePersons, ensureTags } from './words-store.js'

export interface BatchRow {
  /** Position in the source, from 0. */
  row: number
  mapped: Mapped
}

const contentIds = (rows: KnownRow[]) => rows.map(({ known }) => known.contentId)

async function look(db: Db, batch: BatchRow[]): Promise<{ fresh: SourceRow[]; known: KnownRow[] }> {
  const rows = batch.flatMap(({ row, mapped }) => {
    if (mapped.kind === 'skipped') return []
    const fields = fieldsOf(mapped.title)
    return [{ row, title: mapped.title, fields, hash: hashOf(fields) }]
  })
  const asked = rows.map(({ title, hash }) => ({ identity: title.identity, hash }))
  const found = await findImported(db, asked)
  const known = rows.flatMap((row) => {
    const identity = found.get(row.title.identity)
    return identity ? [{ ...row, known: identity }] : []
  })
  return { known, fresh: rows.filter(({ title }) => !found.has(title.identity)) }
}

/**
 * What to do with titles imported before. Given a transaction, those to write are locked first and then judged again, as they are
 * under the lock: an edit that came in between counts. Nothing else is locked before, so nobody waits in a circle.
 */
async function judge(db: Db, tx: Tx | null, rows: KnownRow[]): Promise<Verdict[]> {
  const present = await readPresent(db, contentIds(rows))
  const verdicts = rows.map((row) => verdictOn(row, present.get(row.known.contentId)))
  if (!tx) return verdicts
  const toWrite = verdicts
    .filter(({ does }) => does === 'change' || does === 'remember')
    .map(({ row }) => row)
  await lockTitles(tx, contentIds(toWrite))
  const locked = await readPresent(tx, contentIds(toWrite))
  const again = new Map(toWrite.map((row) => [row, verdictOn(row, locked.get(row.known.contentId))]))
  return verdicts.map((verdict) => again.get(verdict.row) ?? verdict)
}

/** What a source calls by name, as the catalogue has it; what is missing is made. */
async function newTitles(tx: Tx, rows: SourceRow[]): Promise<NewTitle[]> {
  const now = new Date()
  const all = (of: 'genres' | 'tags' | 'cast') => rows.flatMap(({ title }) => title.parts?.[of] ?? [])
  const genres = await ensureGenres(tx, all('genres'))
  const tags = await ensureTags(tx, all('tags'))
  const people = await ensurePersons(tx, all('cast'))
  return rows.map(({ title: { content, titleLanguage, parts, ...title } }) => {
    const id = uuidv7()
    return {
      ...title,
      title: { ...newTitle(content, id, found(genres, parts?.genres), now), titleLanguage },
      episodes: (parts?.episodes ?? []).map((body) => newEpisode(body, id, uuidv7())),
      tags: found(tags, parts?.tags),
      credits: found(people, parts?.cast).map((person, sortOrder) => ({
        ...{ id: uuidv7(), kind: 'cast' as const, personId: person.id, role: null, department: null },
        ...{ isLead: sortOrder < leads, sortOrder },
      })),
      rating: parts?.rating ?? null,
    }
  })
}

/** Of a list of names without parts, the first two carry the title. */
const leads = 2
const found = <T>(words: ReadonlyMap<string, T>, names: string[] = []): T[] =>
  names.flatMap((name) => words.get(name.toLowerCase()) ?? [])

async function addTitles(tx: Tx, source: string, rows: SourceRow[]): Promise<void> {
  if (rows.length === 0) return
  const titles = await placeTitles(tx, await newTitles(tx, rows))
  const identities = rows.map(({ title, hash, fields }, i) => ({
    identity: title.identity,
    contentId: titles[i]?.title.id ?? '',
    hash,
    imported: fields,
  }))
  await addIdentities(tx, source, identities)
  await insertTitles(tx, titles)
}

/** @returns what is still to be listed and told */
async function changeTitles(tx: Tx, verdicts: Verdict[]): Promise<ChangedTitle[]> {
  const changed: ChangedTitle[] = []
  const remembered: Parameters<typeof updateIdentities>[1] = []
  for (const verdict of verdicts) {
    if (verdict.does === 'skip' || verdict.does === 'nothing') continue
    const { row, present, merge } = verdict
    if (verdict.does === 'change')
      changed.push(await changeTitle(tx, present, merge.changes, row.title.titleLanguage))
    remembered.push({ identity: row.title.identity, hash: hashOf(merge.imported), imported: merge.imported })
  }
  await updateIdentities(tx, remembered)
  return changed
}

async function tellChanges(tx: Tx, changed: ChangedTitle[]): Promise<void> {
  if (changed.length === 0) return
  const genres = await readGenresOf(
    tx,
    changed.map(({ title }) => title.id),
  )
  await writeOutbox(
    tx,
    changed.map((change) => updatedEvent(change, genres.get(change.title.id) ?? [])),
  )
}

/** Compares a batch with the catalogue and, given a transaction, writes it: shards first, projections last. */
export async function importBatch(
  db: Db,
  tx: Tx | null,
  source: string,
  batch: BatchRow[],
): Promise<BatchOutcome> {
  const { known, fresh } = await look(db, batch)
  const verdicts = await judge(db, tx, known)
  if (tx) {
    const changed = await changeTitles(tx, verdicts)
    await tellChanges(tx, changed)
    await addTitles(tx, source, fresh)
    await listChanges(tx, changed)
  }
  return outcomeOf(batch, fresh.length, verdicts)
}

function outcomeOf(batch: BatchRow[], added: number, verdicts: Verdict[]): BatchOutcome {
  const refused = batch.flatMap(({ row, mapped }) =>
    mapped.kind === 'skipped' ? [{ row, title: mapped.label, reasons: mapped.reasons }] : [],
  )
  const outcome: BatchOutcome = {
    rows: batch.length,
    added,
    known: verdicts.length,
    changed: [],
    unchanged: 0,
    skipped: refused,
    kept: [],
    dropped: [],
  }
  for (const verdict of verdicts) {
    const { row } = verdict
    if (verdict.does === 'skip') {
      outcome.skipped.push({ row: row.row, title: row.title.content.title, reasons: [verdict.reason] })
      continue
    }
    const { slug } = verdict.present.title
    outcome.kept.push(...verdict.merge.kept.map((keep) => ({ slug, ...keep })))
    if (verdict.does === 'change') outcome.changed.push(row.known.contentId)
    else outcome.unchanged += 1
  }
  for (const { mapped } of batch) if (mapped.kind === 'title') outcome.dropped.push(...mapped.dropped)
  return outcome
}
