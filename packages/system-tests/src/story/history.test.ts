import { describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { api } from '../checked.js'
import { newPerson } from '../people.js'

const { winterTide1, winterTide2, jadeCourt1 } = world.episodes
const report = (token: string, body: object) => api('/api/v1/progress', { method: 'POST', token, body })
const historyOf = (id: string, token: string, query = '') =>
  api(`/api/v1/content/users/${id}/watch-history${query}`, { token })
const now = Date.now()
const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toISOString()

describe('progress', () => {
  it('is what the set of reports says, whatever order they come in', async () => {
    const { token } = newPerson()
    const at = (sequence: number, position: number) => ({
      episodeId: winterTide1.id,
      duration: 3720,
      sessionId: 'tablet',
      sequence,
      position,
      at: minutesAgo(60 - sequence),
    })
    expect((await report(token, at(3, 900))).json).toMatchObject({ position: 900, applied: true })
    expect((await report(token, at(1, 300))).json).toMatchObject({ position: 900, applied: false })
    expect((await report(token, at(3, 900))).json).toMatchObject({ position: 900, applied: false })
    expect((await report(token, at(4, 0))).json).toMatchObject({ position: 900 })
    expect((await report(token, at(5, 1200))).json).toMatchObject({ position: 1200, applied: true })
  })

  it('completes past nine tenths, stays completed, and names the rule and what comes next', async () => {
    const { token } = newPerson()
    const body = { episodeId: winterTide1.id, duration: 3720, sessionId: 'tv' }
    const exactly = await report(token, { ...body, sequence: 1, position: 3348 })
    expect(exactly.json).toMatchObject({ completed: false, rule: 'not_completed' })
    const past = await report(token, { ...body, sequence: 2, position: 3349 })
    expect(past.json).toMatchObject({
      completed: true,
      rule: 'ninety_percent',
      next: { episodeId: winterTide2.id, title: winterTide2.title },
      autoNext: { enabled: true, countdownSeconds: 5, startsAt: 3710 },
    })
    const back = await report(token, { ...body, sequence: 3, position: 100 })
    expect(back.json).toMatchObject({ position: 100, completed: true })
  })

  it('begins a new run at a restart and leaves history alone', async () => {
    const { id, token } = newPerson()
    const body = { episodeId: winterTide1.id, duration: 3720 }
    await report(token, { ...body, sessionId: 'one', sequence: 1, position: 3700 })
    const again = await report(token, { ...body, sessionId: 'two', sequence: 1, position: 20, restart: true })
    expect(again.json).toMatchObject({ run: 2, position: 20, completed: false })
    expect((await historyOf(id, token)).json.items).toMatchObject([{ run: 1, completed: true }])
  })

  it('refuses a report from the future, and an episode that is not there', async () => {
    const { token } = newPerson()
    const body = { episodeId: winterTide1.id, position: 10, duration: 3720 }
    const ahead = new Date(Date.now() + 600_000).toISOString()
    expect((await report(token, { ...body, at: ahead })).json.code).toBe('invalid_body')
    expect((await report(token, { ...body, at: ahead, sentAt: ahead })).status).toBe(200)
    const unknown = await report(token, { ...body, episodeId: '0192ffff-ffff-7fff-bfff-ffffffffffff' })
    expect(unknown.json.code).toBe('episode_not_found')
  })

  it('accepts an episode in the moment in which it is made', async () => {
    const { json: title } = await api('/api/v1/content', {
      method: 'POST',
      as: 'editor',
      body: {
        kind: 'series',
        title: 'Brand New',
        origin: 'thai',
        originalLanguage: 'th',
        status: 'published',
      },
    })
    const { json: episode } = await api(`/api/v1/content/${title.id}/episodes`, {
      method: 'POST',
      as: 'editor',
      body: { seasonNumber: 1, number: 1, title: 'Now', durationSeconds: 600, status: 'published' },
    })
    const { id, token } = newPerson()
    const body = { episodeId: episode.id, position: 599, duration: 600, state: 'stopped' }
    expect((await report(token, body)).json).toMatchObject({ completed: true, contentId: title.id })
    expect((await historyOf(id, token)).json.items).toMatchObject([
      { content: { title: 'Brand New' }, episode: { title: 'Now' } },
    ])
  })
})

describe('the watch history', () => {
  it('has one play per session, newest first, page by page', async () => {
    const { id, token } = newPerson()
    for (const [n, episodeId] of [winterTide1.id, winterTide2.id, jadeCourt1.id].entries())
      for (const sequence of [1, 2, 2])
        await report(token, {
          episodeId,
          position: sequence * 100,
          duration: 3000,
          sessionId: `sitting-${n}`,
          sequence,
          at: minutesAgo(300 - n * 60 - sequence),
          state: sequence === 2 ? 'stopped' : 'playing',
        })
    const first = await historyOf(id, token, '?limit=2')
    expect(first.json.items).toHaveLength(2)
    const second = await historyOf(id, token, `?limit=2&cursor=${encodeURIComponent(first.json.next)}`)
    const all = [...first.json.items, ...second.json.items]
    expect(all.map(({ episode }: { episode: { id: string } }) => episode.id)).toEqual([
      jadeCourt1.id,
      winterTide2.id,
      winterTide1.id,
    ])
    expect(second.json.next).toBeNull()
    expect(all.map((play) => play.watchDuration)).toEqual([60, 60, 60])
  })

  it('keeps the name of a title that is gone', async () => {
    const made = await api('/api/v1/content', {
      method: 'POST',
      as: 'editor',
      body: {
        kind: 'movie',
        title: 'Gone Tomorrow',
        origin: 'thai',
        originalLanguage: 'th',
        status: 'published',
      },
    })
    const { json: episode } = await api(`/api/v1/content/${made.json.id}/episodes`, {
      method: 'POST',
      as: 'editor',
      body: { seasonNumber: 1, number: 1, title: 'Gone Tomorrow', durationSeconds: 600, status: 'published' },
    })
    const { id, token } = newPerson()
    await report(token, { episodeId: episode.id, position: 300, duration: 600, state: 'stopped' })
    const { headers } = await api(`/api/v1/content/${made.json.id}`, { as: 'editor' })
    await api(`/api/v1/content/${made.json.id}`, {
      method: 'DELETE',
      as: 'editor',
      headers: { 'if-match': headers.etag! },
    })
    expect((await historyOf(id, token)).json.items).toMatchObject([{ content: { title: 'Gone Tomorrow' } }])
  })

  it('is seeded for the people of the named world', async () => {
    const mina = world.viewers.mina.sub
    const { json } = await api(`/api/v1/content/users/${mina}/watch-history?limit=100`, { as: 'viewer' })
    const seen = json.items.map(({ content }: { content: { slug: string } }) => content.slug)
    expect(seen).toContain('winter-tide')
  })
})
