import { reservedSlugs, slugPattern } from '@marquee/contracts'

const spelled: Record<string, string> = {
  '×': 'x',
  '&': ' and ',
  '＆': ' and ',
  ß: 'ss',
  æ: 'ae',
  ø: 'o',
  đ: 'd',
  ł: 'l',
}
const maxLength = 80
/** Under this share of Latin letters a slug would be a misleading rest: "ハガレン4コマ劇場" is not "4". */
const latinShare = 0.75

/** A readable ASCII slug, or null when the text is not mostly Latin script. */
export function slugOf(text: string): string | null {
  const latin = text
    .toLowerCase()
    .replace(/[×&＆ßæøđł]/g, (char) => spelled[char] ?? char)
    .normalize('NFKD')
    .replace(/[\p{M}'’‘`\u200b\ufeff]/gu, '')
  const letters = latin.match(/[\p{L}\p{N}]/gu)?.length ?? 0
  const ascii = latin.match(/[a-z0-9]/g)?.length ?? 0
  if (ascii === 0 || ascii < letters * latinShare) return null
  const words = latin.match(/[a-z0-9]+/g) ?? []
  return shorten(words)
}

function shorten(words: string[]): string {
  let slug = (words[0] ?? '').slice(0, maxLength)
  for (const word of words.slice(1)) {
    if (slug.length + 1 + word.length > maxLength) break
    slug += `-${word}`
  }
  return slug
}

/**
 * Slugs a title may get, best first: its name, the name with the year, the name with the year and a piece of its identity; for a
 * title without a Latin name `<kind>-<year>-<identity>`. The same title has the same candidates on every run.
 */
export function slugCandidates(title: {
  names: string[]
  year: number | null
  kind: string
  identity: string
}): string[] {
  const name = title.names.map(slugOf).find((slug) => slug !== null)
  const dated = [name ?? title.kind, title.year].filter((part) => part != null).join('-')
  const exact = [8, 16, 32].map((length) => `${dated}-${title.identity.slice(0, length)}`)
  const readable = name ? [name, dated] : []
  return [...readable, ...exact].filter((slug) => !reservedSlugs.has(slug) && slugPattern.test(slug))
}
