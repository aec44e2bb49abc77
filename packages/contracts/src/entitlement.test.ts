import { describe, expect, it } from '@jest/globals'
import { ageOf, ageRatings, Entitlement, entitlement, grants, refusals, type Watcher } from './entitlement.js'

const now = Date.parse('2026-03-20T12:00:00.000Z')
const later = '2026-03-20T12:00:00.001Z'

const free: Watcher = { roles: [], subscriptionTier: 'free', maxContentRating: null, country: null }
const vip: Watcher = { ...free, subscriptionTier: 'vip' }
const editor = { ...free, roles: ['editor'] }
const admin = { ...free, roles: ['admin'] }
const of = (country: string) => ({ ...free, country })
const upTo = (maxContentRating: string) => ({ ...vip, maxContentRating })

const open = { status: 'published' as const, isVip: false, ageRating: null, availableRegions: null }
const paid = { ...open, isVip: true }
const rated = (ageRating: string | null) => ({ ...open, ageRating })
const only = (...availableRegions: string[]) => ({ ...open, availableRegions })
const out = { status: 'published' as const, airDate: '2026-01-01T00:00:00.000Z', isFree: false }
const gift = { ...out, isFree: true }

type Row = [string, Watcher | null, Parameters<typeof entitlement>[1], Parameters<typeof entitlement>[2]]
const rows: [...Row, string][] = [
  ['a title that is not VIP is for everyone', free, open, out, 'free_title'],
  ['also for who is anonymous', null, open, out, 'free_title'],
  ['whether or not its episode is called free', null, open, gift, 'free_title'],
  ['a VIP title is not for a free viewer', free, paid, out, 'vip_only'],
  ['nor for an anonymous one', null, paid, out, 'vip_only'],
  ['but its free episode is', free, paid, gift, 'free_episode'],
  ['also to who is anonymous', null, paid, gift, 'free_episode'],
  ['a VIP title is for a VIP', vip, paid, out, 'vip_viewer'],
  ['its free episode is free to a VIP as well', vip, paid, gift, 'free_episode'],
  ['an editor sees a VIP title', editor, paid, out, 'staff'],
  ['and an admin', admin, paid, out, 'staff'],
  ['who may read the data is no staff', { ...free, roles: ['data'] }, paid, out, 'vip_only'],

  ['a draft is for nobody', vip, { ...open, status: 'draft' }, out, 'not_published'],
  ['nor a scheduled title', vip, { ...open, status: 'scheduled' }, out, 'not_published'],
  ['nor an archived one', vip, { ...open, status: 'archived' }, out, 'not_published'],
  ['nor an archived episode', vip, open, { ...out, status: 'archived' }, 'not_published'],
  ['nor a draft of an episode', vip, open, { ...gift, status: 'draft' }, 'not_published'],
  ['a draft plays for no editor either', editor, { ...open, status: 'draft' }, out, 'not_published'],
  ['an episode airs at its time', free, open, { ...out, airDate: '2026-03-20T12:00:00.000Z' }, 'free_title'],
  ['and not a millisecond before', free, open, { ...out, airDate: later }, 'not_aired'],
  ['nor for a VIP', vip, paid, { ...out, airDate: later }, 'not_aired'],
  ['nor where it is free', free, paid, { ...gift, airDate: later }, 'not_aired'],
  ['nor for an admin', admin, open, { ...out, airDate: later }, 'not_aired'],
  ['one without an air date has aired', free, open, { ...out, airDate: null }, 'free_title'],

  ['a title for Korea is for who is there', of('KR'), only('JP', 'KR'), out, 'free_title'],
  ['and not elsewhere', of('US'), only('JP', 'KR'), out, 'not_in_region'],
  ['nor for who is not known to be there', free, only('KR'), out, 'not_in_region'],
  ['nor for who is anonymous', null, only('KR'), gift, 'not_in_region'],
  ['no region is nowhere', of('KR'), only(), out, 'not_in_region'],
  ['a title without a list is everywhere', of('US'), open, out, 'free_title'],
  ['editors are in every region', editor, only('KR'), out, 'free_title'],

  ['a cap lets what is rated at it', upTo('15+'), rated('15+'), out, 'free_title'],
  ['and below it', upTo('15+'), rated('ALL'), out, 'free_title'],
  ['and nothing above it', upTo('15+'), rated('18+'), out, 'age_cap'],
  ['in whatever words either is said', upTo('13+'), rated('TV-MA'), out, 'age_cap'],
  ['the cap may be in other words too', upTo('PG-13'), rated('12+'), out, 'free_title'],
  ['without a cap all are let', vip, rated('18+'), out, 'free_title'],
  ['also to who is anonymous', null, rated('18+'), out, 'free_title'],
  ['an unrated title passes no cap', upTo('15+'), rated(null), out, 'age_cap'],
  ['but that of an adult', upTo('18+'), rated(null), out, 'free_title'],
  ['nor does one that cannot be read', upTo('15+'), rated('mature'), out, 'age_cap'],
  ['a cap that cannot be read is the strictest', upTo('kids'), rated('7+'), out, 'age_cap'],
  ['which lets what is for all', upTo('kids'), rated('ALL'), out, 'free_title'],
  ['an admin has the cap he wished', { ...admin, maxContentRating: '7+' }, rated('12+'), out, 'age_cap'],

  [
    'not published is told before not aired',
    free,
    { ...paid, status: 'draft' },
    { ...out, airDate: later },
    'not_published',
  ],
  ['not aired before the region', of('US'), only('KR'), { ...out, airDate: later }, 'not_aired'],
  [
    'the region before the age',
    { ...of('US'), maxContentRating: '7+' },
    { ...only('KR'), ageRating: '18+' },
    out,
    'not_in_region',
  ],
  ['the age before VIP', { ...free, maxContentRating: '7+' }, { ...paid, ageRating: '18+' }, out, 'age_cap'],
]

describe('entitlement', () => {
  it.each(rows)('%s', (_, viewer, title, episode, reason) => {
    const allowed = (grants as readonly string[]).includes(reason)
    const decision = entitlement(viewer, title, episode, now)
    expect(decision).toEqual({ allowed, reason })
    expect(Entitlement.parse(decision)).toEqual(decision)
  })

  it('has a row for every reason', () => {
    expect(new Set(rows.map((row) => row[4]))).toEqual(new Set([...grants, ...refusals]))
  })
})

describe('the age of a rating', () => {
  it('grows along the ratings that the platform writes', () => {
    expect(ageRatings.map(ageOf)).toEqual([0, 7, 12, 13, 15, 18])
  })
  it.each([
    ['15', 15],
    [' 15+ ', 15],
    ['all', 0],
    ['G', 0],
    ['PG', 10],
    ['PG-13', 13],
    ['R15+', 15],
    ['R', 17],
    ['TV-Y7', 7],
    ['TV-14', 14],
    ['NC-17', 17],
    ['199', null],
    ['', null],
    ['unrated', null],
  ])('%j is %p', (rating, age) => {
    expect(ageOf(rating)).toBe(age)
  })
})
