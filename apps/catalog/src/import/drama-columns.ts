/** What a column of a drama list may say. */
export const dramaFields = [
  'id',
  'title',
  'originalTitle',
  'description',
  'genres',
  'tags',
  'network',
  'cast',
  'episodes',
  'duration',
  'start',
  'end',
  'days',
  'rating',
  'votes',
  'ageRating',
] as const
export type DramaField = (typeof dramaFields)[number]

/** Headers that say so by themselves, in the words of the lists that are passed around. */
const usual: Readonly<Record<DramaField, readonly string[]>> = {
  // An "ID" is mostly the number of the row: only the operator knows whether it names the title for ever.
  id: [],
  title: ['title', 'name'],
  originalTitle: ['originaltitle', 'nativetitle', 'originalname'],
  description: ['synopsis', 'description'],
  genres: ['genre', 'genres'],
  tags: ['tags'],
  network: ['network', 'originalnetwork'],
  cast: ['mainrole', 'cast', 'actors'],
  episodes: ['episodes', 'numberofepisodes'],
  duration: ['duration'],
  start: ['startdate', 'aireddate', 'aired'],
  end: ['enddate'],
  days: ['dayaired', 'airedon'],
  rating: ['score', 'rating'],
  votes: ['votes', 'ratedby'],
  ageRating: ['contentrating', 'agerating'],
}

export type DramaColumns = Partial<Record<DramaField, number>>

/** A map that fits no file: told to the operator as it is. */
export class WrongColumns extends Error {}

const plain = (header: string) => header.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '')

/**
 * Which column says what: what the operator says, else what the headers say.
 * @param given `title=Name,genres=Genre`
 * @throws WrongColumns
 */
export function readColumns(headers: readonly string[], given = ''): DramaColumns {
  const columns: DramaColumns = {}
  const said = new Map(given.split(',').filter(Boolean).map(readPair))
  for (const field of dramaFields) {
    const header = said.get(field)
    const at =
      header === undefined
        ? headers.findIndex((name) => usual[field].includes(plain(name)))
        : headers.indexOf(header)
    if (header !== undefined && at < 0)
      throw new WrongColumns(`there is no column "${header}"; there are ${headers.join(', ')}`)
    if (at >= 0) columns[field] = at
  }
  if (columns.title === undefined)
    throw new WrongColumns(
      `no column is the title; say which with --map title=<column>: ${headers.join(', ')}`,
    )
  return columns
}

function readPair(pair: string): [DramaField, string] {
  const at = pair.indexOf('=')
  const field = pair.slice(0, Math.max(at, 0)).trim()
  if (!(dramaFields as readonly string[]).includes(field))
    throw new WrongColumns(`--map knows no "${field || pair}"; it knows ${dramaFields.join(', ')}`)
  return [field as DramaField, pair.slice(at + 1).trim()]
}
