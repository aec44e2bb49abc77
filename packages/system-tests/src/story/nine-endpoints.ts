import { randomUUID } from 'node:crypto'
import { expect } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { api } from '../checked.js'
import { newPerson } from '../people.js'
import { readRun } from '../platform.js'

const periods = ['daily', 'weekly', 'monthly'] as const

/** The nine endpoints of the platform, as a script finds them that knows nothing but run.json. Throws where an answer is not right. */
export async function nineEndpoints(): Promise<void> {
  const { demo } = readRun()
  const person = newPerson()
  const title = `/api/v1/content/${demo.contentId}`

  const ids = await api('/api/v1/content/ids?limit=100')
  expect(ids.json.items.length).toBeGreaterThan(90)

  const viewed = await api(`${title}/views/increment`, {
    method: 'POST',
    headers: { 'idempotency-key': randomUUID() },
  })
  expect(viewed.json).toMatchObject({ contentId: demo.contentId, counted: true })

  await trendingShows(demo.contentId)
  await reviewCounts(title, demo.contentId, person)
  await playIsKept(person)

  const content = await api(title)
  expect(content.json).toMatchObject({ id: demo.contentId, status: 'published' })

  const users = await api('/api/v1/content/users/ids?limit=100', { as: 'data' })
  expect(users.json.items).toContain(person.id)

  const details = await api(`${title}/details`, { token: person.token })
  expect(details.json).toMatchObject({
    content: { id: demo.contentId },
    trending: { totalViews: expect.any(Number) },
    audience: { viewers: expect.any(Number) },
    viewer: { plays: 1, episodes: [{ episodeId: demo.episodeId }] },
    parts: {
      catalog: { state: 'fresh' },
      reviews: { state: 'fresh' },
      trending: { state: 'fresh' },
      audience: { state: 'fresh', source: 'primary' },
      viewer: { state: 'fresh' },
    },
  })
}

async function trendingShows(contentId: string): Promise<void> {
  for (const period of periods)
    await settle(
      async () => {
        const { json } = await api(`/api/v1/content/trending/${period}?limit=100`)
        expect(json.items.map((item: { content: { id: string } }) => item.content.id)).toContain(contentId)
      },
      { timeoutMs: 5_000 },
    )
}

/** In the list at once, in the title's figures by event. */
async function reviewCounts(title: string, contentId: string, { id, token }: { id: string; token: string }) {
  const before = (await api(`${title}/reviews`)).json.summary
  const posted = await api(`${title}/reviews`, {
    method: 'POST',
    token,
    body: { rating: 8, text: 'Seen by a script.' },
  })
  expect(posted).toMatchObject({ status: 201, json: { contentId, userId: id, rating: 8, version: 1 } })
  const { json } = await api(`${title}/reviews?sort=newest&limit=1`)
  expect(json.items).toEqual([posted.json])
  expect(json.summary.count).toBe(before.count + 1)
  await settle(
    async () => {
      const { summary } = (await api(`${title}/reviews?limit=1`)).json
      expect((await api(title)).json).toMatchObject({
        ratingCount: summary.count,
        rating: expect.closeTo(summary.average, 1),
      })
    },
    { timeoutMs: 20_000 },
  )
}

/** In the person's history at once, and nobody else's to see. */
async function playIsKept({ id, token }: { id: string; token: string }): Promise<void> {
  const { demo } = readRun()
  const report = {
    episodeId: demo.episodeId,
    position: 1800,
    duration: 3720,
    sessionId: 'script',
    sequence: 1,
  }
  const reported = await api('/api/v1/progress', {
    method: 'POST',
    token,
    body: { ...report, state: 'stopped' },
  })
  expect(reported).toMatchObject({ status: 200, json: { position: 1800, completed: false, applied: true } })
  const history = `/api/v1/content/users/${id}/watch-history`
  const { json } = await api(history, { token })
  expect(json.items).toMatchObject([
    {
      completed: false,
      run: 1,
      content: { id: demo.contentId },
      episode: { id: demo.episodeId },
    },
  ])
  expect((await api(history, { as: 'viewer' })).status).toBe(403)
  expect((await api(history, { as: 'admin' })).json).toEqual(json)
}
