import { createHash } from 'node:crypto'
import { type CreateContent, CreateEpisode, type Origin } from '@marquee/contracts'
import type { DramaColumns, DramaField } from './drama-columns.js'
import { airDays } from './drama-episodes.js'
import { readCount, readDuration, readRating, readSpan, readWeekdays, readWords } from './drama-values.js'
import { slugCandidates } from './slug-rules.js'
import {
  checkTitle,
  type Drop,
  type Mapped,
  type SourceTitle,
  type TitleParts,
  unstorable,
} from './source-title.js'

export interface DramaContext {
  /** Names the list: of identities, runs and ratings. */
  source: string
  headers: readonly string[]
  columns: DramaColumns
  origin: Origin
  /** The day the run counts from, `YYYY-MM-DD` in UTC. */
  today: string
}

const languageOf: Record<Origin, CreateContent['originalLanguage']> = {
  ...{ korean: 'ko', japanese: 'ja', chinese: 'zh-Hans', taiwanese: 'zh-Hant', thai: 'th', other: 'en' },
}
/** In the evening, where these are from. */
const airTime = 'T12:00:00.000Z'
const mostEpisodes = 2000
const longest = { genres: 50, tags: 100, cast: 200 }

type Say = (field: DramaField) => string
type Refuse = (field: string, reason: string) => void

/** The value that a column gives, null with a report when it cannot be read. */
const reader =
  (say: Say, drop: Refuse) =>
  <T>(field: DramaField, read: (text: string) => T | null, expected: string): T | null => {
    const text = say(field)
    if (text === '') return null
    const value = read(text)
    if (value === null) drop(field, `not ${expected}`)
    return value
  }

function words(field: keyof typeof longest, text: string, drop: Refuse): string[] {
  const all = readWords(text)
  const fitting = all.filter((word) => word.length <= longest[field] && !unstorable.test(word))
  if (fitting.length < all.length)
    drop(field, `a word that is longer than ${longest[field]} or cannot be stored`)
  return fitting
}

interface Aired {
  start: string | null
  end: string | null | undefined
  count: number | null
}

/** Without an end where the list has ends, everything came out on one day. */
function readAired(say: Say, { columns }: DramaContext, drop: Refuse): Aired {
  const [start, until] = readSpan(say('start'))
  if (start === null && say('start') !== '') drop('start', 'not a day')
  const read = reader(say, drop)
  const count = read(
    'episodes',
    (text) => readCount(text, mostEpisodes),
    `a number from 1 to ${mostEpisodes}`,
  )
  if (columns.end === undefined) return { start, end: until, count }
  const end = read('end', (text) => readSpan(text)[0], 'a day')
  if (end !== null && start !== null && end < start) {
    drop('end', 'before the start')
    return { start, end: undefined, count }
  }
  return { start, end: end === null && say('end') !== '' ? undefined : end, count }
}

function makeEpisodes({ start, end, count }: Aired, say: Say, drop: Refuse): TitleParts['episodes'] {
  const read = reader(say, drop)
  const durationSeconds = read('duration', readDuration, 'minutes, or hours and minutes')
  const weekdays = readWeekdays(say('days'))
  if (weekdays.length === 0 && say('days') !== '') drop('days', 'not days of the week')
  if (count === null) return []
  const days = start === null ? [] : airDays({ count, start, end, weekdays })
  return Array.from({ length: count }, (_, n) =>
    CreateEpisode.parse({
      ...{ seasonNumber: 1, number: n + 1, title: `Episode ${n + 1}`, status: 'published', durationSeconds },
      airDate: days[n] === undefined ? null : days[n] + airTime,
    }),
  )
}

function statusOf(episodes: TitleParts['episodes'], { start, end }: Aired, today: string) {
  const last = end ?? episodes.at(-1)?.airDate?.slice(0, 10) ?? start
  if (start === null || last === null) return null
  if (start > today) return 'upcoming'
  return last < today ? 'ended' : 'airing'
}

/** One row of a list of dramas as a title of ours, with everything that is made when it is added. */
export function mapDrama(row: readonly string[], context: DramaContext): Mapped {
  const { source, headers, columns, origin, today } = context
  const dropped: Drop[] = []
  const drop: Refuse = (field, reason) => dropped.push({ field, reason })
  const say: Say = (field) => row[columns[field] ?? -1]?.trim() ?? ''
  const name = say('title')
  const label = name || 'a row without a title'
  if (row.length !== headers.length)
    return { kind: 'skipped', label, reasons: [`has ${row.length} values for ${headers.length} columns`] }

  const aired = readAired(say, context, drop)
  const episodes = makeEpisodes(aired, say, drop)
  const language = languageOf[origin]
  const identity = createHash('sha256')
    .update(JSON.stringify([source, say('id'), name, aired.start ?? '', language]))
    .digest('hex')
  const kind = aired.count === 1 ? 'special' : 'series'
  const year = aired.start === null ? null : Number(aired.start.slice(0, 4))
  const original = say('originalTitle')
  const ageRating = say('ageRating').split(' - ')[0] ?? ''
  const title: SourceTitle = {
    identity,
    titleLanguage: 'en',
    slugs: slugCandidates({ names: [name], year, kind, identity }),
    content: {
      kind,
      title: name,
      originalTitle: original || null,
      description: say('description') || null,
      ageRating: ageRating || null,
      year,
      origin,
      originalLanguage: language,
      airingStatus: statusOf(episodes, aired, today),
      totalEpisodes: aired.count,
      status: 'published',
    },
    translations: { en: [name], ...(original && { [language]: [original] }) },
    externalIds: {},
    parts: { episodes, ...readParts(say, context, drop) },
  }
  dropUnmapped(row, context, drop)
  const checked = checkTitle(title)
  if ('reasons' in checked) return { kind: 'skipped', label, reasons: checked.reasons }
  return { kind: 'title', title: checked.title, dropped }
}

function readParts(say: Say, { source }: DramaContext, drop: Refuse): Omit<TitleParts, 'episodes'> {
  const read = reader(say, drop)
  const rating = read('rating', readRating, 'a number out of 10')
  const votes = read('votes', (text) => readCount(text, 2 ** 31 - 1), 'a number')
  return {
    genres: words('genres', say('genres'), drop).slice(0, 20),
    tags: words('tags', [say('tags'), say('network')].filter(Boolean).join(','), drop).slice(0, 50),
    cast: words('cast', say('cast'), drop),
    rating: rating === null ? null : { source, rating, votes },
  }
}

function dropUnmapped(row: readonly string[], { headers, columns }: DramaContext, drop: Refuse): void {
  const mapped = new Set(Object.values(columns))
  for (const [at, header] of headers.entries())
    if (!mapped.has(at) && row[at]?.trim()) drop(header, 'not a column of the map')
}
