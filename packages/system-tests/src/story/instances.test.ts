import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { settle } from '@marquee/test-kit'
import { api } from '../checked.js'
import { type Ask, send } from '../client.js'
import { instancesOf, scrape, sum } from '../faults/metrics.js'
import { ops } from '../ops.js'
import { whileFrozen } from '../outage.js'
import { newPerson } from '../people.js'
import { readRun } from '../platform.js'

const { winterTide, lastFerry } = world.contents
const { winterTide1 } = world.episodes
/** The promise is about time: so long after it froze nobody waits for it any more. */
const noticedMs = 2000
const apps = ['catalog', 'trending', 'user-history', 'reviews', 'gateway']

const served = async (instance: string, route: string) =>
  sum(await scrape(instance), 'marquee_http_requests_total', { route })
const times = <T>(count: number, work: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => work(n)))

describe('two instances of each app', () => {
  it('are named with all their addresses, and each lease has one holder among them', async () => {
    const run = readRun()
    for (const app of apps) {
      expect(instancesOf(app)).toEqual([app, `${app}#2`])
      expect(run.instances[app]).toHaveLength(2)
    }
    expect(run.instances.gateway![0]).toBe(run.api)
    await settle(async () => {
      const { processes } = (await ops('status', '--json')).json
      const leads = processes.flatMap(({ leads }: { leads: string[] }) => leads)
      expect(leads.sort()).toEqual([
        'catalog.jobs',
        'catalog.relay',
        'reviews.relay',
        'trending.leader',
        'user-history.jobs',
      ])
    })
  })

  it.each([
    ['catalog', `/api/v1/content/${winterTide.id}`, '/api/v1/content/{id}'],
    ['trending', '/api/v1/content/trending/daily', '/api/v1/content/trending/daily'],
    ['reviews', `/api/v1/content/${winterTide.id}/reviews`, '/api/v1/content/{id}/reviews'],
  ])('of %s share the requests', async (app, path, route) => {
    const before = await Promise.all(instancesOf(app).map((name) => served(name, route)))
    for (let n = 0; n < 40; n++) expect((await send(path)).status).toBe(200)
    const after = await Promise.all(instancesOf(app).map((name) => served(name, route)))
    for (const [i, count] of after.entries()) expect(count - before[i]!).toBeGreaterThanOrEqual(12)
  })
})

describe('what one instance did', () => {
  it('the others know at once: whoever wrote reads it, whichever answers', async () => {
    const body = {
      kind: 'movie',
      title: `Seen by all ${randomUUID()}`,
      origin: 'other',
      originalLanguage: 'en',
      status: 'published',
    }
    const made = await api('/api/v1/content', { method: 'POST', as: 'editor', body })
    const path = `/api/v1/content/${made.json.id}`
    let etag = made.headers.etag!
    for (let edit = 1; edit <= 5; edit++) {
      const change: Ask = {
        method: 'PATCH',
        as: 'editor',
        headers: { 'if-match': etag, 'content-type': 'application/merge-patch+json' },
        body: { title: `Edit ${edit}` },
      }
      const changed = await api(path, change)
      etag = changed.headers.etag!
      const seen = await times(8, () => api(path))
      expect(seen.map(({ json }) => json.title)).toEqual(Array(8).fill(`Edit ${edit}`))
    }
  })

  it('is done once for one Idempotency-Key, though all are asked at the same time', async () => {
    const key = randomUUID()
    const view = () =>
      api(`/api/v1/content/${lastFerry.id}/views/increment`, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: { viewerId: key },
      })
    const counted = await times(12, view)
    expect(counted.filter(({ json }) => json.counted)).toHaveLength(1)
    expect(new Set(counted.map(({ json }) => json.totalViews)).size).toBe(1)

    const { token } = newPerson()
    const review = () =>
      api(`/api/v1/content/${lastFerry.id}/reviews`, {
        method: 'POST',
        token,
        headers: { 'idempotency-key': key },
        body: { rating: 7, text: 'Twelve at once.' },
      })
    const answers = await times(12, review)
    // Who came while the first was under way is told so.
    expect(new Set(answers.map(({ status }) => status))).toEqual(
      new Set(answers.some(({ status }) => status === 409) ? [201, 409] : [201]),
    )
    const ids = answers.filter(({ status }) => status === 201).map(({ json }) => json.id)
    expect(new Set(ids).size).toBe(1)
    expect((await review()).json.id).toBe(ids[0])
  })
})

describe('an instance that freezes', () => {
  it.each(['catalog', 'trending#2', 'reviews', 'user-history#2'])(
    '(%s) is noticed within 2 s; then everything is answered as if it were not there',
    async (victim) => {
      const { token } = newPerson()
      const asks: [string, Ask][] = [
        [`/api/v1/content/${winterTide.id}`, {}],
        [`/api/v1/content/${winterTide.id}/details`, {}],
        ['/api/v1/content/trending/daily', {}],
        [`/api/v1/content/${winterTide.id}/reviews`, {}],
        [
          '/api/v1/progress',
          {
            method: 'POST',
            token,
            body: { episodeId: winterTide1.id, duration: 3720, sessionId: 'tv', sequence: 1, position: 30 },
          },
        ],
      ]
      await whileFrozen([victim], async () => {
        await pause(noticedMs)
        for (let round = 0; round < 4; round++)
          for (const [path, ask] of asks) {
            const startedAt = performance.now()
            const { status } = await send(path, ask)
            expect([path, status < 300, performance.now() - startedAt < 1500]).toEqual([path, true, true])
          }
      })
      const route = { catalog: '/api/v1/content/{id}' }[victim]
      if (route) {
        const before = await served(victim, route)
        await settle(async () => {
          await send(`/api/v1/content/${winterTide.id}`)
          return (await served(victim, route)) > before
        })
      }
    },
  )
})
