import type { Pool } from '@marquee/postgres'
import type { Progress } from '@marquee/seed'
import { mapBangumi } from './bangumi-rules.js'
import { type BangumiSource, openBangumi } from './bangumi-source.js'
import { type ImportOptions, importTitles, type TitleSource } from './import-titles.js'
import type { ImportReport } from './report.js'

export interface BangumiOptions extends Omit<ImportOptions, 'progress'> {
  /** A data.json of bangumi-data. */
  file: string
  /** The day that airing statuses count from, YYYY-MM-DD. Another day may change them, so a run of yesterday is not gone on with. */
  today: string
  startProgress(total: number): Progress
}

const titlesOf = ({ fingerprint, siteMeta, rows }: BangumiSource, today: string): TitleSource => ({
  name: 'bangumi-data',
  version: `${fingerprint} ${today}`,
  async *rows() {
    for await (const row of rows()) yield mapBangumi(row, { siteMeta, today })
  },
})

/** @throws MalformedJson, ImportOvertaken */
export async function importBangumi(pool: Pool, options: BangumiOptions): Promise<ImportReport> {
  const source = await openBangumi(options.file)
  const progress = options.startProgress(source.total)
  try {
    return await importTitles(pool, titlesOf(source, options.today), { ...options, progress })
  } finally {
    progress.end()
  }
}
