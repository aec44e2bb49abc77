import { InternalTitles } from '@marquee/contracts'
import { type HttpClient, ownerPages, type Rebuilt, renewCopy, type Wrong } from '@marquee/service-kit'
import { trusted } from 'mongoose'
import type { Database } from '../database-store.js'
import { alone } from '../rebuild/alone-store.js'
import type { TitleDocument } from './title-document.js'
import { applyTitles } from './title-store.js'

type Said = InternalTitles['items'][number]

/**
 * The copy of titles anew from the catalogue, row by row, while its events go on.
 * @throws Error when the catalogue does not answer, or another rebuild of titles is at work
 */
export async function renewTitles(
  database: Database,
  catalog: Pick<HttpClient, 'get'>,
  options: { dryRun: boolean; progress?: (titles: number) => void },
): Promise<Rebuilt> {
  const began = performance.now()
  const found = await alone(database, 'rebuild-titles', () =>
    renewCopy<Said>(
      {
        owner: () => ownerPages(catalog, '/internal/titles', InternalTitles),
        all: () => everyTitle(database),
        kept: (said) => held(database, said),
        replace: (wrong) => replace(database, wrong),
        remove: (rows) => remove(database, rows),
      },
      options,
    ),
  )
  const ms = Math.round(performance.now() - began)
  return { what: 'titles', ...found, swapped: !options.dryRun, ms }
}

async function* everyTitle({ titles }: Database) {
  const kept = titles.find({}, { version: 1 }).lean<TitleDocument[]>().cursor({ batchSize: 5000 })
  for await (const { _id: id, version } of kept) yield [{ id, version }]
}

async function held({ titles }: Database, said: readonly Said[]) {
  const ids = said.map(({ id }) => id)
  const found = await titles
    .find({ _id: trusted({ $in: ids }) })
    .lean<TitleDocument[]>()
    .exec()
  const kept = new Map(found.map((title) => [title._id, title]))
  return new Map(
    said.flatMap(({ id, status, slug }) => {
      const title = kept.get(id)
      return title
        ? [[id, { version: title.version, same: title.status === status && title.slug === slug }]]
        : []
    }),
  )
}

async function replace(database: Database, wrong: readonly Wrong<Said>[]): Promise<void> {
  const at = new Date(await database.clock.now())
  const stateOf = ({ id, version, status, slug }: Said): TitleDocument => ({
    _id: id,
    version,
    status,
    slug,
    at,
  })
  await applyTitles(
    database,
    wrong.map(({ said }) => stateOf(said)),
  )
  // What is not older than what is said stays there so far.
  const wrongVersions = wrong.flatMap(({ said, seen }) => {
    if (seen === null || seen < said.version) return []
    const { _id, ...state } = stateOf(said)
    return [{ updateOne: { filter: { _id, version: seen }, update: { $set: state } } }]
  })
  if (wrongVersions.length > 0) await database.titles.bulkWrite(wrongVersions)
}

async function remove({ titles }: Database, rows: readonly { id: string; version: number }[]): Promise<void> {
  await titles.bulkWrite(rows.map(({ id, version }) => ({ deleteOne: { filter: { _id: id, version } } })))
}
