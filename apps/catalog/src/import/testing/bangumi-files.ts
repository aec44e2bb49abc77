import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Pool } from '@marquee/postgres'
import { packagedBangumiFile } from '../bangumi-source.js'
import { type BangumiOptions, importBangumi } from '../import-bangumi.js'

/** A row as the package has it, read without the importer's own reader. */
export interface Item {
  title: string
  titleTranslate: Record<string, string[]>
  type: string
  lang: string
  officialSite: string
  begin: string
  end: string
  sites: { site: string; id?: string; url?: string; begin?: string }[]
}

export const packaged: { siteMeta: Record<string, { urlTemplate: string }>; items: Item[] } = JSON.parse(
  readFileSync(packagedBangumiFile(), 'utf8'),
)
export const today = '2026-11-21'

let files = 0
/** A bangumi-data file with these rows. */
export async function fileOf(folder: string, items: Item[]): Promise<string> {
  const file = path.join(folder, `${files++}.json`)
  await writeFile(file, JSON.stringify({ siteMeta: packaged.siteMeta, items }))
  return file
}

const quiet = { at: () => undefined, end: () => undefined }

export const run = (pool: Pool, file: string, options: Partial<BangumiOptions> = {}) =>
  importBangumi(pool, {
    file,
    today,
    batch: 500,
    dryRun: false,
    startProgress: () => quiet,
    invalidate: async () => undefined,
    ...options,
  })
