import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createRequire } from 'node:module'
import { SiteMeta } from './bangumi-rules.js'
import { MalformedJson, readJsonParts } from './json-parts.js'

/** A bangumi-data file: its rows are read one by one, as often as asked. */
export interface BangumiSource {
  /** SHA-256 of the file: tells whether an interrupted run may go on where it stopped. */
  fingerprint: string
  total: number
  siteMeta: SiteMeta
  rows(): AsyncGenerator<unknown>
}

export const packagedBangumiFile = (): string =>
  createRequire(import.meta.url).resolve('bangumi-data/dist/data.json')

const chunksOf = (path: string): AsyncIterable<string> => createReadStream(path, { encoding: 'utf8' })

async function* hashed(chunks: AsyncIterable<string>, add: (chunk: string) => void): AsyncGenerator<string> {
  for await (const chunk of chunks) {
    add(chunk)
    yield chunk
  }
}

/**
 * Reads the file once for what must be known before its first row.
 * @throws MalformedJson when it is not JSON, or not a bangumi-data document.
 */
export async function openBangumi(path: string): Promise<BangumiSource> {
  const hash = createHash('sha256')
  let total = 0
  let siteMeta: SiteMeta | null = null
  for await (const part of readJsonParts(hashed(chunksOf(path), (chunk) => hash.update(chunk)))) {
    if (part.key === 'items' && part.index !== null) total += 1
    if (part.key === 'siteMeta') siteMeta = readSiteMeta(part.value)
  }
  if (siteMeta === null) throw new MalformedJson('not a bangumi-data document: it has no siteMeta')
  return { fingerprint: hash.digest('hex'), total, siteMeta, rows: () => rowsOf(path) }
}

function readSiteMeta(value: unknown): SiteMeta {
  const parsed = SiteMeta.safeParse(value)
  if (!parsed.success)
    throw new MalformedJson('not a bangumi-data document: its siteMeta is of another shape')
  return parsed.data
}

async function* rowsOf(path: string): AsyncGenerator<unknown> {
  for await (const part of readJsonParts(chunksOf(path))) {
    if (part.key === 'items' && part.index !== null) yield part.value
  }
}
