import { bucketOf, bucketsThatDiffer, createDigest, createIdSet, type Digest } from './digest.js'
import type { Figure, Found, Rule, Said, Source } from './rules.js'

/** Everything that a source states, from the beginning; may be asked again and again. */
export type Statements = Partial<Record<Source, () => AsyncIterable<Figure>>>

/**
 * Holds the sources against each other by these rules. What they say is read twice: once for digests, and once more for the keys where
 * those differ, so that what agrees is never in memory. Rules whose source says nothing at all are left out.
 */
export async function compare(rules: readonly Rule[], statements: Statements): Promise<Map<Rule, Found>> {
  const digests = new Map<Source, Map<string, Digest>>()
  for (const [source, read] of Object.entries(statements) as [Source, () => AsyncIterable<Figure>][])
    digests.set(source, await digestsOf(read()))
  const found = new Map<Rule, Found>()
  for (const rule of rules) {
    const [first, second] = [rule.first, rule.second].map((source) => source && digests.get(source))
    if (!first || (rule.second && !second)) continue
    const [own, other] = [first.get(rule.figure), second?.get(rule.secondFigure ?? rule.figure)]
    if (rule.optional && !other) continue
    found.set(rule, await work[rule.kind](rule, statements, own, other))
  }
  return found
}

async function digestsOf(figures: AsyncIterable<Figure>): Promise<Map<string, Digest>> {
  const digests = new Map<string, Digest>()
  for await (const { figure, key, value } of figures) {
    const digest = digests.get(figure) ?? createDigest()
    digests.set(figure, digest)
    digest.add(key, value)
  }
  return digests
}

type Work = (rule: Rule, statements: Statements, own?: Digest, other?: Digest) => Promise<Found>

/** What a source says of one figure. */
async function* said(statements: Statements, source: Source | null, figure: string): AsyncGenerator<Figure> {
  const read = source && statements[source]
  if (read) for await (const line of read()) if (line.figure === figure) yield line
}

const work: Record<Rule['kind'], Work> = {
  async equal({ figure, first, second, secondFigure = figure }, statements, own, other) {
    const buckets = bucketsThatDiffer(own, other)
    const differing = new Map<string, Said>()
    let onlySecond = 0
    if (buckets.size > 0) {
      for await (const { key, value } of said(statements, first, figure))
        if (buckets.has(bucketOf(key))) differing.set(key, [value, undefined])
      for await (const { key, value } of said(statements, second, secondFigure)) {
        if (!buckets.has(bucketOf(key))) continue
        const before = differing.get(key)
        if (before?.[0] === value) differing.delete(key)
        else differing.set(key, [before?.[0], value])
        if (!before) onlySecond += 1
      }
    }
    return { compared: (own?.count() ?? 0) + onlySecond, differing }
  },

  async within({ figure, first, second, secondFigure = figure }, statements, own, other) {
    const known = createIdSet(other?.count())
    for await (const { key } of said(statements, second, secondFigure)) known.add(key)
    const differing = new Map<string, Said>()
    for await (const { key, value } of said(statements, first, figure))
      if (!known.has(key)) differing.set(key, [value, undefined])
    return { compared: own?.count() ?? 0, differing }
  },

  async nothing({ figure, first }, statements, own) {
    const differing = new Map<string, Said>()
    for await (const { key, value } of said(statements, first, figure))
      if (value !== '0') differing.set(key, [value, '0'])
    return { compared: own?.count() ?? 0, differing }
  },
}
