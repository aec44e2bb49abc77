import { languages } from '@marquee/contracts'

/** More would let one client fill the cache with orders of languages. */
const most = 2

const chinese: Record<string, string> = {
  zh: 'zh-Hans',
  'zh-cn': 'zh-Hans',
  'zh-sg': 'zh-Hans',
  'zh-tw': 'zh-Hant',
  'zh-hk': 'zh-Hant',
  'zh-mo': 'zh-Hant',
}
const byTag = new Map(languages.map((language) => [language.toLowerCase(), language as string]))

/** A language of ours for a tag of a client: `en-GB` is en, `zh-TW` is zh-Hant. */
function supported(tag: string): string | undefined {
  const parts = tag.toLowerCase().split('-')
  for (let count = parts.length; count > 0; count--) {
    const prefix = parts.slice(0, count).join('-')
    const language = byTag.get(prefix) ?? chinese[prefix]
    if (language) return language
  }
  return undefined
}

/** Accept-Language as languages of ours, best first; what cannot be read is ignored, as RFC 9110 wants. */
export function acceptedLanguages(header: string | undefined): string[] {
  const ranges = (header ?? '').split(',').map((part, place) => {
    const [tag = '', ...parameters] = part.split(';').map((text) => text.trim())
    const quality = parameters
      .map((text) => /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i.exec(text)?.[1])
      .find(Boolean)
    return { tag, place, quality: Number(quality ?? (parameters.length > 0 ? 0 : 1)) }
  })
  const wanted = ranges
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.place - b.place)
    .flatMap(({ tag }) => supported(tag) ?? [])
  return [...new Set(wanted)].slice(0, most)
}
