import { describe, expect, it } from '@jest/globals'
import { type Entitlement, type InternalPlay, type PlayState, world } from '@marquee/contracts'
import { decide } from './decide.js'

const now = Date.parse('2026-01-01T00:00:00Z')
const [past, future] = ['2025-12-01T00:00:00.000Z', '2026-02-01T00:00:00.000Z']
const free = { status: 'published' as const, isVip: false, ageRating: null, availableRegions: null }
const vip = { ...free, isVip: true }
const episode = { ...world.episodes.winterTide2, airDate: past, isFree: false }
type Reason = Entitlement['reason']
type Title = InternalPlay['terms']

const said = (reason: Reason): PlayState => ({
  episodeId: episode.id,
  contentId: episode.contentId,
  entitlement: { allowed: ['free_title', 'free_episode', 'vip_viewer', 'staff'].includes(reason), reason },
  resume: null,
  next: null,
  autoNext: world.progress.autoNext,
})
const editor = { sub: 'e', roles: ['editor'], scopes: [] }

describe('who may watch', () => {
  it.each<[string, Title, Partial<InternalPlay['episode']>, Reason | null, Reason]>([
    // what it is, the title now, the episode now, what user-history says, the decision
    ['is what user-history says of the viewer', vip, {}, 'vip_viewer', 'vip_viewer'],
    ['is what user-history says of the viewer', vip, {}, 'vip_only', 'vip_only'],
    ['is what user-history says of his cap', free, {}, 'age_cap', 'age_cap'],
    [
      'is what user-history says of his country',
      { ...free, availableRegions: ['KR'] },
      {},
      'free_title',
      'free_title',
    ],
    [
      'is nobody when it was taken down just now',
      { ...free, status: 'archived' },
      {},
      'free_title',
      'not_published',
    ],
    ['is nobody when its episode was', free, { status: 'archived' }, 'vip_viewer', 'not_published'],
    ['is nobody before its time', free, { airDate: future }, 'free_title', 'not_aired'],
    ['is whoever may, when it was published just now', free, {}, 'not_published', 'free_title'],
    ['is whoever may, when its time came just now', free, {}, 'not_aired', 'free_title'],
    ['is not everybody since it is for VIPs', vip, {}, 'free_title', 'vip_only'],
    ['is not everybody since the episode is not free', vip, {}, 'free_episode', 'vip_only'],
    ['is everybody since it is not for VIPs any more', free, {}, 'vip_only', 'free_title'],
    ['is everybody since the episode is free', vip, { isFree: true }, 'vip_only', 'free_episode'],
    ['is everybody where it is free, with user-history down', free, {}, null, 'free_title'],
    [
      'is everybody where the episode is, with user-history down',
      vip,
      { isFree: true },
      null,
      'free_episode',
    ],
    ['is nobody where it is for VIPs, with user-history down', vip, {}, null, 'vip_only'],
    [
      'is nobody where a licence asks for a country, with user-history down',
      { ...free, availableRegions: ['KR'] },
      {},
      null,
      'not_in_region',
    ],
  ])('%s', (_, terms, change, told, reason) => {
    const play = { terms, episode: { ...episode, ...change } }
    const decision = decide(play, told && said(told), null, now)
    expect(decision).toEqual(said(reason).entitlement)
  })

  it('is staff, also with user-history down', () => {
    expect(decide({ terms: vip, episode }, null, editor, now)).toEqual({ allowed: true, reason: 'staff' })
    expect(decide({ terms: vip, episode }, null, { ...editor, roles: [] }, now).reason).toBe('vip_only')
  })
})
