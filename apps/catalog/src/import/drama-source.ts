import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { CsvError, parse } from 'csv-parse'
import { type DramaColumns, readColumns } from './drama-columns.js'

/** A CSV file of dramas: its rows are read one by one, as often as asked. */
export interface DramaSource {
  /** SHA-256 of the file. */
  fingerprint: string
  total: number
  headers: string[]
  columns: DramaColumns
  rows(): AsyncGenerator<string[]>
}

export class MalformedCsv extends Error {}

/** No field of a list is longer; an open quote would else take the rest of the file for one. */
const longestRow = 1_000_000

async function* rowsOf(
  path: string,
  onChunk: (chunk: Buffer) => void = () => undefined,
): AsyncGenerator<string[]> {
  const file = createReadStream(path)
  const parser = parse({
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: longestRow,
  })
  file.on('data', (chunk) => onChunk(chunk as Buffer))
  file.on('error', (error) => parser.destroy(error))
  try {
    for await (const row of file.pipe(parser)) yield row as string[]
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    throw new MalformedCsv(`not a CSV file: ${error.message}`, { cause: error })
  } finally {
    file.destroy()
  }
}

/** Reads the file once for what must be known before its first row. @throws MalformedCsv, WrongColumns */
export async function openDramas(path: string, map?: string): Promise<DramaSource> {
  const hash = createHash('sha256')
  let headers: string[] | null = null
  let total = 0
  for await (const row of rowsOf(path, (chunk) => hash.update(chunk))) {
    if (headers) total += 1
    else headers = row.map((name) => name.trim())
  }
  if (!headers) throw new MalformedCsv('not a CSV file: it has no first line with the names of columns')
  const columns = readColumns(headers, map)
  return { fingerprint: hash.digest('hex'), total, headers, columns, rows: () => behindHeader(path) }
}

async function* behindHeader(path: string): AsyncGenerator<string[]> {
  let header = true
  for await (const row of rowsOf(path)) {
    if (!header) yield row
    header = false
  }
}
