import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'

/** One thing that an app holds against another within itself. */
export interface Check {
  name: string
  compared: number
  differing: number
  /** At most 20. */
  examples: unknown[]
}

const shown = 20

/** `differ`: everything that differs. */
export const checkOf = (name: string, compared: number, differ: readonly unknown[]): Check => ({
  name,
  compared,
  differing: differ.length,
  examples: differ.slice(0, shown),
})

export const checksAgree = (checks: readonly Check[]): boolean =>
  checks.every(({ differing }) => differing === 0)

/** A line per check, and one per example below it. */
export function checkTable(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ name }) => name.length)) + 2
  const row = (name: string, compared: string, differing: string) =>
    `${name.padEnd(width)}${compared.padStart(10)}${differing.padStart(11)}`
  const lines = checks.flatMap(({ name, compared, differing, examples }) => [
    row(name, String(compared), String(differing)),
    ...examples.map((example) => `  ${JSON.stringify(example)}`),
  ])
  return [row('check', 'compared', 'differing'), ...lines].join('\n')
}

/** What can be held against the figure of the same name of another app; values are compared as text. */
export interface Figure {
  figure: string
  key: string
  value: string
}

/** Writes a line of JSON for each figure; the file is made anew. */
export async function writeFigures(file: string, figures: AsyncIterable<Figure>): Promise<void> {
  const out = createWriteStream(file)
  const done = finished(out)
  // Told when we wait for it; until then nobody listens.
  done.catch(() => undefined)
  for await (const { figure, key, value } of figures)
    if (!out.write(`${JSON.stringify({ figure, key, value })}\n`))
      await Promise.race([once(out, 'drain'), done])
  out.end()
  await done
}

/** What a rebuild prints: rows that were built, those of the live ones that were not so, and whether they are in their place now. */
export interface Rebuilt {
  what: string
  built: number
  differing: number
  swapped: boolean
  ms: number
}

export const rebuiltText = ({ what, built, differing, swapped, ms }: Rebuilt): string =>
  `${what}: ${built} rows built in ${(ms / 1000).toFixed(1)} s, ${differing} differed${swapped ? ', swapped' : ', nothing changed'}`
