import { describe, expect, it } from '@jest/globals'
import { type BangumiContext, mapBangumi } from './bangumi-rules.js'
import { openBangumi, packagedBangumiFile } from './bangumi-source.js'
import type { Mapped } from './source-title.js'

const source = await openBangumi(packagedBangumiFile())
const context: BangumiContext = { siteMeta: source.siteMeta, today: '2026-11-21' }
const mapped: Mapped[] = []
for await (const row of source.rows()) mapped.push(mapBangumi(row, context))
const titles = mapped.flatMap((row) => (row.kind === 'title' ? [row.title] : []))
const named = (originalTitle: string) => {
  const found = titles.find(({ content }) => content.originalTitle === originalTitle)
  if (!found) throw new Error(`${originalTitle} is missing`)
  return found
}

describe('bangumi-data', () => {
  it('is 8,483 titles, each with an identity of its own', () => {
    expect(source.total).toBe(8483)
    expect(titles).toHaveLength(8483)
    expect(new Set(titles.map(({ identity }) => identity)).size).toBe(8483)
  })

  it.each([
    // original title, kind, title shown, year, origin, language, airing, slug: checked by hand against the package
    ['千と千尋の神隠し', 'movie', 'Spirited Away', 2001, 'japanese', 'ja', 'ended', 'spirited-away'],
    ['サザエさん', 'series', 'サザエさん', 1969, 'japanese', 'ja', 'airing', /^series-1969-[0-9a-f]{8}$/],
    ['鉄腕アトム', 'series', '鉄腕アトム', 1963, 'japanese', 'ja', 'ended', /^series-1963-[0-9a-f]{8}$/],
    [
      '一人之下',
      'series',
      'Hitori no Shita The Outcast',
      2016,
      'chinese',
      'zh-Hans',
      'ended',
      'hitori-no-shita-the-outcast',
    ],
    ['ハガレン4コマ劇場', 'special', 'ハガレン4コマ劇場', 2009, 'japanese', 'ja', 'ended', /^special-2009-/],
    ['RWBY', 'series', 'RWBY', 2013, 'other', 'en', 'ended', 'rwby'],
    [
      '映画 佐々木と宮野ー卒業編ー',
      'movie',
      'Sasaki and Miyano: Graduation',
      2023,
      'japanese',
      'ja',
      'ended',
      'sasaki-and-miyano-graduation',
    ],
  ])('maps %s', (original, kind, title, year, origin, originalLanguage, airingStatus, slug) => {
    const { content, slugs } = named(original)
    expect(content).toEqual({
      kind,
      title,
      originalTitle: original,
      year,
      origin,
      originalLanguage,
      airingStatus,
      status: 'published',
    })
    expect(slugs[0]).toMatch(slug)
  })

  it('takes the names of each language, title first, the original among them', () => {
    expect(named('千と千尋の神隠し').translations).toEqual({
      'zh-Hans': ['千与千寻'],
      'zh-Hant': ['神隱少女', '千與千尋'],
      en: ['Spirited Away'],
      ja: ['千と千尋の神隠し'],
    })
    expect(named('一人之下').translations).toEqual({
      'zh-Hans': ['一人之下'],
      ja: ['一人之下 the outcast'],
      en: ['Hitori no Shita The Outcast'],
    })
    expect([named('一人之下').titleLanguage, named('サザエさん').titleLanguage]).toEqual(['en', 'ja'])
  })

  it('makes the address of an external id by the template of its site', () => {
    expect(named('千と千尋の神隠し').externalIds).toEqual({
      iqiyi: { externalId: 'a_19rrh9spg5', url: 'https://www.iqiyi.com/a_19rrh9spg5.html' },
      bangumi: { externalId: '311', url: 'https://bangumi.tv/subject/311' },
      netflix: { externalId: '60023642', url: 'https://www.netflix.com/title/60023642' },
      tmdb: { externalId: 'movie/129', url: 'https://www.themoviedb.org/movie/129' },
      mal: { externalId: '199', url: 'https://myanimelist.net/anime/199' },
      anidb: { externalId: '112', url: 'https://anidb.net/anime/112' },
      aniList: { externalId: '199', url: 'https://anilist.co/anime/199' },
    })
  })

  it('takes the address for an id where there is only an address, and drops what is none', () => {
    const iqiyi = 'http://www.iqiyi.com/dongman/20130715/839f4bf2c2cbe419.html'
    const crayon = named('クレヨンしんちゃん アクション仮面VSハイグレ魔王').externalIds
    expect(crayon.iqiyi).toEqual({ externalId: iqiyi, url: iqiyi })
    expect(named('さよならの朝に約束の花をかざろう').externalIds).not.toHaveProperty('official')
  })

  it('tells why each field without a place is dropped', () => {
    const reasons = mapped.flatMap((row) => (row.kind === 'title' ? row.dropped : []))
    expect(new Set(reasons.map(({ field }) => field))).toEqual(
      new Set([
        'begin',
        'end',
        'broadcast',
        'comment',
        'officialSite',
        'sites.begin',
        'sites.broadcast',
        'sites.comment',
      ]),
    )
    expect(reasons.every(({ reason }) => reason.length > 10)).toBe(true)
  })
})

describe('a row of bangumi-data', () => {
  const row = {
    title: '題',
    titleTranslate: {},
    type: 'tv',
    lang: 'ja',
    officialSite: '',
    begin: '2026-10-01T15:00:00.000Z',
    end: '',
    sites: [{ site: 'bangumi', id: '1' }],
  }
  const airing = (changes: object, today: string) => {
    const result = mapBangumi({ ...row, ...changes }, { ...context, today })
    return result.kind === 'title' ? result.title.content.airingStatus : result.reasons
  }

  it.each([
    [{}, '2026-09-30', 'upcoming'],
    [{}, '2026-10-01', 'airing'],
    [{}, '2046-10-01', 'airing'],
    [{ end: '2026-12-24T15:00:00.000Z' }, '2026-12-24', 'airing'],
    [{ end: '2026-12-24T15:00:00.000Z' }, '2026-12-25', 'ended'],
    [{ type: 'movie' }, '2026-09-30', 'upcoming'],
    [{ type: 'movie' }, '2026-10-01', 'ended'],
    [{ type: 'ova' }, '2026-11-01', 'airing'],
  ])('%j on %s is %s', (changes, today, status) => {
    expect(airing(changes, today)).toBe(status)
  })

  it.each([
    ['no title', { title: '  ' }, 'title'],
    ['an unknown type', { type: 'radio' }, 'type'],
    ['a language we do not offer', { lang: 'xx' }, 'originalLanguage'],
    ['no begin', { begin: '' }, 'begin'],
    ['a NUL', { title: 'a\0b' }, 'title'],
    ['half a surrogate pair', { titleTranslate: { en: ['\ud800'] } }, 'translations.en'],
    ['no object', null, ''],
  ])('with %s is skipped with the reason', (_, changes, field) => {
    const result = mapBangumi(changes === null ? null : { ...row, ...changes }, context)
    expect(result).toMatchObject({ kind: 'skipped' })
    expect(result.kind === 'skipped' && result.reasons.join()).toContain(field)
  })

  it.each([
    ['its title', { title: '別' }],
    ['its begin', { begin: '2026-10-02T15:00:00.000Z' }],
    ['its language', { lang: 'en' }],
    ['its own id', { sites: [{ site: 'bangumi', id: '2' }] }],
  ])('is another title with another %s', (_, changes) => {
    const identity = (value: object) => {
      const result = mapBangumi(value, context)
      return result.kind === 'title' ? result.title.identity : null
    }
    expect(identity({ ...row, ...changes })).not.toBe(identity(row))
    expect(identity({ ...row, end: row.begin, officialSite: 'https://a.example' })).toBe(identity(row))
  })
})
