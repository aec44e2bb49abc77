import { createHash } from 'node:crypto'
import { HttpUrl, type Kind, languages, type Origin, z } from '@marquee/contracts'
import { slugCandidates } from './slug-rules.js'
import { checkTitle, type Drop, type Mapped, type SourceTitle } from './source-title.js'

const Site = z.looseObject({ site: z.string().min(1), id: z.string().optional(), url: z.string().optional() })

const BangumiItem = z.looseObject({
  title: z.string(),
  titleTranslate: z.record(z.string(), z.array(z.string())).default({}),
  type: z.enum(['tv', 'web', 'movie', 'ova']),
  lang: z.string(),
  officialSite: z.string().default(''),
  begin: z.iso.datetime(),
  end: z.union([z.iso.datetime(), z.literal('')]).default(''),
  sites: z.array(Site).default([]),
})
type BangumiItem = z.infer<typeof BangumiItem>

export const SiteMeta = z.record(z.string(), z.looseObject({ urlTemplate: z.string() }))
export type SiteMeta = z.infer<typeof SiteMeta>

export interface BangumiContext {
  siteMeta: SiteMeta
  /** The day the run counts from, `YYYY-MM-DD` in UTC. */
  today: string
}

const kinds: Record<BangumiItem['type'], Kind> = {
  tv: 'series',
  web: 'series',
  movie: 'movie',
  ova: 'special',
}

const originOf = (language: string): Origin => {
  if (language === 'ja') return 'japanese'
  if (language === 'ko') return 'korean'
  if (language === 'th') return 'thai'
  return language.startsWith('zh') ? 'chinese' : 'other'
}

/** The source writes a day without a time as its midnight there (16:00Z of the day before), so the year is that of the place. */
function yearOf(item: BangumiItem): number {
  const hours = item.lang === 'ja' ? 9 : 8
  return new Date(Date.parse(item.begin) + hours * 3_600_000).getUTCFullYear()
}

/**
 * By days. The source writes `end` once a run is over, so a run without it goes on, however old it is (Sazae-san since 1969).
 * For a movie `end` means nothing: from its first day it is complete.
 */
function airingStatusOf(item: BangumiItem, today: string): 'upcoming' | 'airing' | 'ended' {
  if (item.begin.slice(0, 10) > today) return 'upcoming'
  if (item.type === 'movie') return 'ended'
  return item.end !== '' && item.end.slice(0, 10) < today ? 'ended' : 'airing'
}

const offered = new Set<string>(languages)

const siteOrder = ['bangumi', 'tmdb', 'mal', 'anidb', 'aniList']

/** Its id at bangumi, else at the next best site: 68 titles have none, and two of those share title, begin and language. */
function ownId(item: BangumiItem): string {
  const rank = ({ site }: { site: string }) =>
    (siteOrder.indexOf(site) + siteOrder.length + 1) % (siteOrder.length + 1)
  const named = item.sites
    .filter((site) => site.id)
    .sort((a, b) => rank(a) - rank(b) || (a.site < b.site ? -1 : 1))[0]
  if (!named) return ''
  return named.site === 'bangumi' ? `${named.id}` : `${named.site}:${named.id}`
}

const identityOf = (item: BangumiItem): string =>
  createHash('sha256')
    .update(JSON.stringify(['bangumi-data', ownId(item), item.title, item.begin, item.lang]))
    .digest('hex')

/** The names in each language; the original title leads its own, so that asking for that language answers it. */
function translationsOf(item: BangumiItem, drop: (field: string, reason: string) => void) {
  const translations: SourceTitle['translations'] = {}
  for (const [language, titles] of Object.entries({ [item.lang]: [], ...item.titleTranslate })) {
    const names = [...(language === item.lang ? [item.title] : []), ...titles].map((name) => name.trim())
    const distinct = [...new Set(names)].filter((name) => name !== '')
    if (!offered.has(language)) drop('titleTranslate', `language ${language} is not offered`)
    else if (distinct.length > 0) translations[language] = distinct
  }
  return translations
}

const isWebAddress = (text: string) => HttpUrl.safeParse(text).success

function externalIdsOf(item: BangumiItem, siteMeta: SiteMeta, drop: (field: string, reason: string) => void) {
  const found: SourceTitle['externalIds'] = {}
  if (item.officialSite !== '') {
    if (isWebAddress(item.officialSite))
      found.official = { externalId: item.officialSite, url: item.officialSite }
    else drop('officialSite', 'not a web address')
  }
  for (const { site, id, url } of item.sites) {
    const template = siteMeta[site]?.urlTemplate
    const address = url || (id && template ? encodeURI(template.replace('{{id}}', () => id)) : null)
    const externalId = id || url
    if (!externalId) drop('sites', 'neither an id nor an address')
    else if (found[site]) drop('sites', 'a second id of the same site')
    else found[site] = { externalId, url: address && isWebAddress(address) ? address : null }
  }
  return found
}

const homeless: Record<string, string> = {
  broadcast:
    'broadcast rhythm: the catalogue keeps the air dates of episodes, and this source has no episodes',
  comment: 'remarks of the source about its own data',
  begin: 'only its year and the airing status are kept',
  end: 'only the airing status is kept',
}
const homelessOfSite: Record<string, string> = {
  begin: 'when another site began to show it',
  broadcast: 'the rhythm in which another site shows it',
  end: 'when another site ceased to show it',
  comment: 'remarks of the source about another site',
  regions: 'where another site shows it',
}
const known = new Set(['title', 'titleTranslate', 'type', 'lang', 'officialSite', 'sites'])
const knownOfSite = new Set(['site', 'id', 'url'])

function dropHomeless(item: BangumiItem, drop: (field: string, reason: string) => void): void {
  const each = (value: object, names: Set<string>, reasons: Record<string, string>, prefix: string) => {
    for (const [name, content] of Object.entries(value)) {
      if (names.has(name) || content === '' || content === null) continue
      drop(`${prefix}${name}`, reasons[name] ?? 'not known to this importer')
    }
  }
  each(item, known, homeless, '')
  for (const site of item.sites) each(site, knownOfSite, homelessOfSite, 'sites.')
}

/** One row of bangumi-data as a title of ours. The title shown is the English one where there is one, else the original. */
export function mapBangumi(row: unknown, { siteMeta, today }: BangumiContext): Mapped {
  const parsed = BangumiItem.safeParse(row)
  if (!parsed.success) {
    const reasons = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    return { kind: 'skipped', label: labelOf(row), reasons }
  }
  const item = parsed.data
  const dropped: Drop[] = []
  const drop = (field: string, reason: string) => dropped.push({ field, reason })
  const translations = translationsOf(item, drop)
  const [identity, year, kind] = [identityOf(item), yearOf(item), kinds[item.type]]
  const english = translations.en ?? []
  const names = [...english, item.title, ...Object.values(translations).flat()]
  const title: SourceTitle = {
    identity,
    titleLanguage: english.length > 0 ? 'en' : item.lang,
    slugs: slugCandidates({ names, year, kind, identity }),
    content: {
      kind,
      title: english[0] ?? item.title,
      originalTitle: item.title,
      year,
      origin: originOf(item.lang),
      originalLanguage: item.lang as SourceTitle['content']['originalLanguage'],
      airingStatus: airingStatusOf(item, today),
      status: 'published',
    },
    translations,
    externalIds: externalIdsOf(item, siteMeta, drop),
  }
  dropHomeless(item, drop)
  const checked = checkTitle(title)
  if ('reasons' in checked) return { kind: 'skipped', label: item.title, reasons: checked.reasons }
  return { kind: 'title', title: checked.title, dropped }
}

const labelOf = (row: unknown): string => {
  const title = typeof row === 'object' && row !== null && 'title' in row ? row.title : null
  return typeof title === 'string' && title !== '' ? title : 'a row without a title'
}
