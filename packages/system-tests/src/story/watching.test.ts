import { beforeAll, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { api } from '../checked.js'
import { newPerson, tokenOf } from '../people.js'
import { type Imported, importDramas, watch } from './dramas.js'

let imported: Imported
beforeAll(async () => {
  imported = await importDramas()
}, 120_000)

const put = (path: string, token: string, body?: object) => api(path, { method: 'PUT', token, body })
const listed = async (token: string, query = '') =>
  (await api(`/api/v1/continue-watching${query}`, { token })).json
const explained = async (token: string, contentId: string) =>
  (await listed(token, `?explain=1&contentId=${contentId}`)).explanations[0]
const statusOf = async (token: string, contentId: string) =>
  (await api(`/api/v1/watch-status?contentId=${contentId}`, { token })).json.items[0]

describe('a list of dramas', () => {
  it('is tried, brought in once with its episodes, and changes nothing the second time', () => {
    const { dry, first, second, ended, airing } = imported
    expect([dry.exitCode, first.exitCode, second.exitCode]).toEqual([0, 0, 0])
    const skipped = { count: 1 }
    expect(dry.json).toMatchObject({ added: 3, skipped })
    expect(first.json).toMatchObject({ added: 3, unchanged: 0, skipped })
    expect(second.json).toMatchObject({ added: 0, changed: 0, unchanged: 3, skipped })
    expect(ended.episodes).toMatchObject([
      { number: 1, durationSeconds: 3120, airDate: '2021-05-14T12:00:00.000Z' },
      { number: 2, durationSeconds: 3120, airDate: '2021-05-21T12:00:00.000Z' },
      { number: 3, durationSeconds: 3120, airDate: '2021-05-28T12:00:00.000Z' },
    ])
    const aired = airing.episodes.map(({ airDate }) => Date.parse(airDate) < Date.now())
    expect(aired).toEqual([true, false])
  })
})

describe('an evening with an imported drama', () => {
  const { id: me, token: tv } = newPerson()
  /** Another token of the same person. */
  const phone = tokenOf(me, ['user'], 1800)
  const somebodyElse = newPerson().token

  it('has nothing to play until an editor says where it is streamed from', async () => {
    const { id } = imported.ended.episodes[0]!
    const before = await api(`/api/v1/play/${id}`, { token: tv })
    expect(before.json).toMatchObject({
      content: { id: imported.ended.id, title: imported.ended.title },
      entitlement: { allowed: true, reason: 'free_title' },
      ...{ sources: [], subtitles: [], expiresAt: null, resume: null },
    })
    const add = (part: string, body: object) =>
      api(`/api/v1/episodes/${id}/${part}`, { method: 'POST', as: 'editor', body })
    const file = 'https://cdn.example.com/harbour/1'
    for (const quality of ['HD_720p', 'UHD_4K'])
      expect(
        (await add('sources', { provider: 'local', quality, url: `${file}/${quality}.m3u8` })).status,
      ).toBe(201)
    await add('subtitles', { language: 'ko', fileUrl: `${file}/ko.vtt` })
    const { json: english } = await add('subtitles', { language: 'en', fileUrl: `${file}/en.vtt` })
    const chosen = await api(`/api/v1/episodes/${id}/subtitles/${english.id}/default`, {
      method: 'PUT',
      as: 'editor',
    })
    expect(chosen.status).toBeLessThan(300)
  })

  it.each(['/api/v1/play', '/api/play'])(
    'plays from the start, by addresses that are signed (%s)',
    async (path) => {
      const { episodes } = imported.ended
      const { json, text } = await api(`${path}/${episodes[0]!.id}?device=tv`, { token: tv })
      expect(json).toMatchObject({
        sources: [{ quality: 'UHD_4K' }, { quality: 'HD_720p' }],
        subtitles: [
          { language: 'en', isDefault: true },
          { language: 'ko', isDefault: false },
        ],
        resume: null,
        next: { episodeId: episodes[1]!.id, seasonNumber: 1, number: 2 },
        autoNext: { enabled: true, countdownSeconds: 5, startsAt: 3110 },
        parts: { catalog: { state: 'fresh' }, viewer: { state: 'fresh' } },
      })
      expect(Date.parse(json.expiresAt)).toBeGreaterThan(Date.now() + 3_600_000)
      for (const { url } of [...json.sources, ...json.subtitles]) {
        const query = new URL(url).searchParams
        expect(query.get('mq-signature')).toMatch(/^[\w-]{43}$/)
        expect(Number(query.get('mq-expires'))).toBe(Date.parse(json.expiresAt) / 1000)
        expect(query.get('mq-viewer')).not.toBe('anonymous')
      }
      expect(text).not.toContain(me)
    },
  )

  it('is completed at 91 %, and names what is next with its countdown, by both paths', async () => {
    const [first, second] = imported.ended.episodes
    const next = {
      episodeId: second!.id,
      contentId: imported.ended.id,
      title: second!.title,
      ...{ seasonNumber: 1, number: 2 },
    }
    const autoNext = { enabled: true, countdownSeconds: 5, startsAt: 3110 }
    const half = await watch(tv, first!, 50, '/api/progress')
    expect(half.json).toMatchObject({
      completed: false,
      rule: 'not_completed',
      position: 1560,
      next,
      autoNext,
    })
    for (const path of ['/api/v1/play', '/api/play'])
      expect((await api(`${path}/${first!.id}`, { token: phone })).json.resume).toEqual({
        ...{ position: 1560, duration: 3120, completed: false, run: 1 },
      })
    const done = await watch(tv, first!, 91)
    expect(done.json).toMatchObject({ completed: true, rule: 'ninety_percent', run: 1, next, autoNext })
    const played = await api(`/api/v1/play/${first!.id}`, { token: phone })
    expect(played.json).toMatchObject({ resume: { completed: true }, next, autoNext })
    const other = await api(`/api/v1/play/${first!.id}`, { token: somebodyElse })
    expect(other.json).toMatchObject({ resume: null, next })
  })

  it.each(['/api/v1/continue-watching', '/api/continue-watching'])(
    'goes on on another device with exactly the next episode (%s)',
    async (path) => {
      const { id, episodes } = imported.ended
      const { json } = await api(path, { token: phone })
      expect(json).toMatchObject({
        items: [
          {
            content: { id },
            episode: { id: episodes[1]!.id, seasonNumber: 1, number: 2, title: episodes[1]!.title },
            ...{ position: 0, duration: 3120, rule: 'after_last_played', state: 'next' },
          },
        ],
        next: null,
      })
      expect((await api(path, { token: somebodyElse })).json).toEqual({ items: [], next: null })
    },
  )

  it('is told why a title is not in the list: nothing watched, all that aired watched', async () => {
    const { id, episodes } = imported.airing
    const facts = { aired: 1, airingStatus: 'airing' }
    expect(await explained(phone, id)).toMatchObject({
      ...{ contentId: id, state: 'absent', rule: 'never_watched', facts: { ...facts, seen: 0 } },
    })
    const { json } = await watch(tv, episodes[0]!, 95)
    expect(json).toMatchObject({ completed: true, next: null, autoNext: { startsAt: null } })
    expect(await explained(phone, id)).toMatchObject({
      ...{ state: 'absent', rule: 'caught_up', facts: { ...facts, seen: 1 } },
      skipped: expect.arrayContaining([
        { episode: expect.objectContaining({ id: episodes[1]!.id }), reason: 'not_aired' },
      ]),
    })
    expect(await statusOf(phone, id)).toMatchObject({ status: 'watching', caughtUp: true })
    const early = await api(`/api/v1/play/${episodes[1]!.id}`, { token: tv })
    expect(early.json).toMatchObject({ entitlement: { allowed: false, reason: 'not_aired' }, sources: [] })
  })

  it('comes back into the list when an editor lets the next episode air now', async () => {
    const { id, episodes } = imported.airing
    const path = `/api/v1/episodes/${episodes[1]!.id}`
    const { headers } = await api(path, { as: 'editor' })
    const aired = await api(path, {
      method: 'PATCH',
      as: 'editor',
      headers: { 'if-match': headers.etag!, 'content-type': 'application/merge-patch+json' },
      body: { airDate: new Date(Date.now() - 1000).toISOString() },
    })
    expect(aired.status).toBe(200)
    await settle(
      async () =>
        expect((await listed(phone)).items[0]).toMatchObject({
          ...{ content: { id }, episode: { id: episodes[1]!.id }, state: 'next' },
        }),
      { timeoutMs: 20_000 },
    )
  })

  it('takes a title off the list until it is played again', async () => {
    const { id, episodes } = imported.airing
    const dismissed = await api(`/api/v1/continue-watching/${id}`, { method: 'DELETE', token: phone })
    expect(dismissed.status).toBe(204)
    const titles = async () =>
      (await listed(tv)).items.map(({ content }: { content: { id: string } }) => content.id)
    expect(await titles()).toEqual([imported.ended.id])
    expect(await explained(tv, id)).toMatchObject({
      ...{ state: 'absent', rule: 'dismissed', episode: { id: episodes[1]!.id } },
      facts: { dismissedAt: expect.any(String) },
    })
    await watch(tv, episodes[1]!, 10)
    expect((await listed(phone)).items).toMatchObject([
      { content: { id }, state: 'resume', position: 360, rule: 'unfinished_last_played' },
      { content: { id: imported.ended.id } },
    ])
  })
})

describe('what a viewer keeps of titles', () => {
  const { id: me, token } = newPerson()

  it('are favourites, the last one first, added and removed as often as he likes', async () => {
    const { ended, airing } = imported
    const favourites = async () =>
      (await api('/api/v1/favorites', { token })).json.items.map((item: { content: object }) => item.content)
    for (const { id } of [ended, airing, ended])
      expect((await put(`/api/v1/favorites/${id}`, token)).json).toMatchObject({ content: { id } })
    expect(await favourites()).toMatchObject([{ id: airing.id }, { id: ended.id }])
    for (const _ of [1, 2])
      expect((await api(`/api/v1/favorites/${airing.id}`, { method: 'DELETE', token })).status).toBe(204)
    expect(await favourites()).toMatchObject([{ id: ended.id }])
  })

  it('is a status that follows what he watches, or what he says until he watches again', async () => {
    const { id, episodes } = imported.ended
    const path = `/api/v1/watch-status/${id}`
    const planned = await put(path, token, { status: 'planned', score: 9, notes: 'With Joon.' })
    expect(planned.json).toMatchObject({ status: 'planned', rule: 'set_by_viewer', score: 9 })
    await watch(token, episodes[0]!, 91)
    expect(await statusOf(token, id)).toMatchObject({ status: 'watching', rule: 'first_play', score: 9 })
    await put(path, token, { status: 'on_hold' })
    expect(await statusOf(token, id)).toMatchObject({ status: 'on_hold', rule: 'set_by_viewer' })
    for (const episode of episodes.slice(1)) await watch(token, episode, 91)
    expect(await statusOf(token, id)).toMatchObject({
      ...{ status: 'completed', rule: 'all_seen', caughtUp: false, run: 1, notes: 'With Joon.' },
    })
    expect(await explained(token, id)).toMatchObject({ state: 'absent', rule: 'completed' })
  })

  it('is a rewatch of its own, which leaves the history alone', async () => {
    const { id, episodes } = imported.ended
    const again = await api(`/api/v1/watch-status/${id}/rewatch`, { method: 'POST', token })
    expect(again.json).toMatchObject({ status: 'rewatching', rule: 'new_run', run: 2 })
    expect((await listed(token)).items).toMatchObject([
      { episode: { id: episodes[0]!.id }, position: 0, rule: 'new_run', state: 'next' },
    ])
    expect((await api(`/api/v1/play/${episodes[0]!.id}`, { token })).json.resume).toBeNull()
    expect((await watch(token, episodes[0]!, 20)).json).toMatchObject({ run: 2, completed: false })
    const { json } = await api(`/api/v1/content/users/${me}/watch-history`, { token })
    expect(json.items.map(({ run, completed }: Record<string, unknown>) => [run, completed])).toEqual(
      Array(3).fill([1, true]),
    )
  })

  it('is his profile, and settings that the next answer follows', async () => {
    const path = `/api/v1/users/${me}`
    const patch = (url: string, body: object) => api(url, { method: 'PATCH', token, body })
    expect((await api(path, { token })).json).toMatchObject({ id: me, displayName: null, role: 'user' })
    expect((await patch(path, { displayName: 'Me', maxContentRating: '15+' })).status).toBe(200)
    expect((await api(path, { token })).json).toMatchObject({ displayName: 'Me', maxContentRating: '15+' })

    const { episodes } = imported.ended
    expect((await api(`${path}/settings`, { token })).json).toEqual({
      ...{ continuePolicy: 'last_played', autoNext: true },
    })
    await patch(`${path}/settings`, { autoNext: false, continuePolicy: 'first_unseen' })
    expect((await watch(token, episodes[2]!, 95)).json.autoNext).toMatchObject({ enabled: false })
    const { json: play } = await api(`/api/v1/play/${episodes[0]!.id}`, { token })
    // His own cap: nobody says for what age the drama is.
    expect(play).toMatchObject({
      ...{ entitlement: { allowed: false, reason: 'age_cap' }, sources: [], autoNext: { enabled: false } },
    })
    await patch(path, { maxContentRating: null })
    expect((await listed(token)).items).toMatchObject([
      { episode: { id: episodes[0]!.id }, rule: 'first_unseen' },
    ])
  })

  it('is what his subscription is for: refused in play and passed over in lists, until he has it', async () => {
    const { id, episodes } = imported.ended
    const subscriber = newPerson()
    await watch(subscriber.token, episodes[0]!, 91)
    const patch = (path: string, as: 'editor' | 'admin', body: object, etag = '') =>
      api(path, { method: 'PATCH', as, body, headers: { ...(etag && { 'if-match': etag }) } })
    const { headers } = await api(`/api/v1/content/${id}`, { as: 'editor' })
    await patch(`/api/v1/content/${id}`, 'editor', { isVip: true }, headers.etag!)
    const play = async () =>
      (await api(`/api/v1/play/${episodes[1]!.id}`, { token: subscriber.token })).json.entitlement
    expect(await play()).toEqual({ allowed: false, reason: 'vip_only' })
    await settle(async () =>
      expect(await explained(subscriber.token, id)).toMatchObject({ state: 'absent', rule: 'not_entitled' }),
    )
    await patch(`/api/v1/users/${subscriber.id}`, 'admin', { subscriptionTier: 'vip' })
    expect(await play()).toEqual({ allowed: true, reason: 'vip_viewer' })
    expect((await listed(subscriber.token)).items).toMatchObject([{ episode: { id: episodes[1]!.id } }])
  })
})
