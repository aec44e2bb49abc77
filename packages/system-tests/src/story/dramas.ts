import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { api } from '../checked.js'
import { ops, type Told } from '../ops.js'

const day = (fromToday: number): string => {
  const [year, month, date] = new Date(Date.now() + fromToday * 86_400_000)
    .toISOString()
    .slice(0, 10)
    .split('-')
  return `${Number(month)}/${Number(date)}/${year}`
}

/** In the columns of the lists that are passed around. */
const listOf = (mark: string): string =>
  [
    'ID,Title,Genre,Synopsis,Rank,Score,Episodes,Duration,Watchers,Start_date,End_date,Day_aired,Main Role',
    `1,Harbour ${mark},"Life, Drama","Two sisters, one boat.",8,9.2,3,52,"64,103",5/14/2021,5/28/2021,Friday,"Lee Je, Tang Jun"`,
    `2,Weekly ${mark},Drama,Every week a letter.,9,8.8,2,60,"1,204",${day(-6)},${day(8)},,Han Seo`,
    `3,Once ${mark},Drama,One evening.,10,8.1,1,70,90,2/1/2020,,Saturday,Han Seo`,
    '4,,Drama,Nobody knows its name.,11,8.1,1,70,90,2/1/2020,,Saturday,Han Seo',
  ].join('\n')

export interface Drama {
  id: string
  slug: string
  title: string
  /** In order. */
  episodes: { id: string; number: number; title: string; durationSeconds: number; airDate: string }[]
}

export interface Imported {
  /** Three episodes of 52 minutes, all aired years ago. */
  ended: Drama
  /** Two of an hour, the second of which airs tomorrow. */
  airing: Drama
  /** What the importer told: trying it, doing it, and doing it again. */
  dry: Told
  first: Told
  second: Told
}

/** Dramas that nobody has seen, brought in as an operator does it. */
export async function importDramas(): Promise<Imported> {
  const mark = randomUUID().slice(0, 8)
  const folder = await mkdtemp(join(tmpdir(), 'marquee-dramas-'))
  try {
    const file = join(folder, 'dramas.csv')
    await writeFile(file, listOf(mark))
    const map = ['--map', 'id=ID,cast=Main Role,votes=Watchers', '--source', `list-${mark}`, '--json']
    const run = (...more: string[]) => ops('import', 'dramas', file, ...map, ...more)
    const [dry, first, second] = [await run('--dry-run'), await run(), await run()]
    return { ended: await find(`Harbour ${mark}`), airing: await find(`Weekly ${mark}`), dry, first, second }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** As a client finds what is new. */
async function find(title: string): Promise<Drama> {
  const { json } = await api('/api/v1/content?origin=korean&sort=newest&limit=100')
  const found = json.items.find((item: { title: string }) => item.title === title)
  if (!found) throw new Error(`${title} is not among the newest titles`)
  const { json: whole } = await api(`/api/drama/${found.id}?include=episodes`)
  return whole
}

let sitting = 0
/** One sitting: a report at this share of the episode. */
export const watch = (
  token: string,
  { id: episodeId, durationSeconds: duration }: Pick<Drama['episodes'][number], 'id' | 'durationSeconds'>,
  percent: number,
  path = '/api/v1/progress',
) => {
  const position = (duration * percent) / 100
  const body = { episodeId, duration, position, sessionId: `sitting-${++sitting}`, sequence: 1 }
  return api(path, { method: 'POST', token, body })
}
