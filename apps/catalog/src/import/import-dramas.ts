import type { Origin } from '@marquee/contracts'
import type { Pool } from '@marquee/postgres'
import type { Progress } from '@marquee/seed'
import { mapDrama } from './drama-rules.js'
import { type DramaSource, openDramas } from './drama-source.js'
import { type ImportOptions, importTitles, type TitleSource } from './import-titles.js'
import type { ImportReport } from './report.js'

export interface DramaOptions extends Omit<ImportOptions, 'progress'> {
  /** A CSV file with a line of headers. */
  file: string
  /** `title=Name,...`: which column says what, where the headers do not say it. */
  map?: string | undefined
  /** Names the list; a title is known again within it. */
  source: string
  origin: Origin
  /** The day that airing statuses count from, YYYY-MM-DD. */
  today: string
  startProgress(total: number): Progress
}

const titlesOf = (file: DramaSource, { source, origin, today }: DramaOptions): TitleSource => ({
  name: source,
  version: `${file.fingerprint} ${today} ${origin} ${JSON.stringify(file.columns)}`,
  async *rows() {
    const context = { source, origin, today, headers: file.headers, columns: file.columns }
    for await (const row of file.rows()) yield mapDrama(row, context)
  },
})

/** @throws MalformedCsv, WrongColumns, ImportOvertaken */
export async function importDramas(pool: Pool, options: DramaOptions): Promise<ImportReport> {
  const file = await openDramas(options.file, options.map)
  const progress = options.startProgress(file.total)
  try {
    return await importTitles(pool, titlesOf(file, options), { ...options, progress })
  } finally {
    progress.end()
  }
}
