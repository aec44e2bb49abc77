import { beforeAll, describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { Redis } from 'ioredis'
import { api } from '../checked.js'
import { ops } from '../ops.js'
import { whileDead, whileFrozen } from '../outage.js'
import { newPerson } from '../people.js'
import { readRun } from '../platform.js'
import { type Drama, importDramas, watch } from './dramas.js'

const outages = [
  ['dead', whileDead],
  ['frozen', whileFrozen],
] as const

let drama: Pick<Drama, 'id' | 'episodes'>
beforeAll(async () => {
  drama = (await importDramas()).ended
}, 120_000)

/** Somebody new watches and says things, and reads all of it back with the next request, whichever instances answer. */
async function evening({ id: contentId, episodes }: typeof drama): Promise<void> {
  const { id, token } = newPerson()
  const [first, second] = episodes as [Drama['episodes'][0], Drama['episodes'][0]]
  const read = async (path: string) => (await api(`/api/v1/${path}`, { token })).json
  const write = async (method: string, path: string, body?: object) => {
    const { status, text } = await api(`/api/v1/${path}`, { method, token, ...(body && { body }) })
    expect([path, status, status < 300 ? '' : text]).toEqual([path, expect.any(Number), ''])
  }

  expect((await watch(token, first, 91)).json).toMatchObject({
    completed: true,
    next: { episodeId: second.id },
  })
  expect(await read(`play/${first.id}`)).toMatchObject({
    ...{ resume: { completed: true, run: 1 }, next: { episodeId: second.id } },
    parts: { viewer: { state: 'fresh' } },
  })
  expect((await read('continue-watching')).items).toMatchObject([
    { episode: { id: second.id }, state: 'next', rule: 'after_last_played' },
  ])
  expect((await read(`content/users/${id}/watch-history`)).items).toMatchObject([{ completed: true }])

  await write('DELETE', `continue-watching/${contentId}`)
  expect(await read('continue-watching')).toEqual({ items: [], next: null })
  await write('PUT', `favorites/${contentId}`)
  expect((await read('favorites')).items).toMatchObject([{ content: { id: contentId } }])
  await write('DELETE', `favorites/${contentId}`)
  expect((await read('favorites')).items).toEqual([])

  await write('PUT', `watch-status/${contentId}`, { status: 'on_hold' })
  expect((await read('watch-status')).items).toMatchObject([{ status: 'on_hold', rule: 'set_by_viewer' }])
  await watch(token, second, 10)
  expect((await read('watch-status')).items).toMatchObject([{ status: 'watching', rule: 'first_play' }])
  expect((await read('continue-watching')).items).toMatchObject([{ state: 'resume', position: 312 }])
  await write('POST', `watch-status/${contentId}/rewatch`)
  expect((await read('watch-status')).items).toMatchObject([{ status: 'rewatching', run: 2 }])
  expect((await read('continue-watching')).items).toMatchObject([
    { episode: { id: first.id }, rule: 'new_run', position: 0 },
  ])

  await write('PATCH', `users/${id}`, { displayName: 'Somebody' })
  expect(await read(`users/${id}`)).toMatchObject({ displayName: 'Somebody' })
  await write('PATCH', `users/${id}/settings`, { autoNext: false })
  expect(await read(`users/${id}/settings`)).toMatchObject({ autoNext: false })
  expect(await read(`play/${second.id}`)).toMatchObject({ resume: null, autoNext: { enabled: false } })
}

/** Of which nobody has heard by Kafka. */
async function newDrama(): Promise<typeof drama> {
  const make = async (path: string, body: object) => {
    const { status, json } = await api(path, { method: 'POST', as: 'editor', body })
    expect(status).toBe(201)
    return json
  }
  const of = { kind: 'series', title: 'Made meanwhile', origin: 'thai', originalLanguage: 'th' }
  const { id } = await make('/api/v1/content', { ...of, status: 'published' })
  const episode = { seasonNumber: 1, durationSeconds: 3120, title: 'An evening', status: 'published' }
  const path = `/api/v1/content/${id}/episodes`
  const episodes = [await make(path, { ...episode, number: 1 }), await make(path, { ...episode, number: 2 })]
  return { id, episodes }
}

describe('a viewer reads at once what he wrote', () => {
  it('of dramas that came in a moment ago', () => evening(drama))

  it.each(outages)(
    'while Kafka is %s, also of a title that is made meanwhile',
    async (_kind, without) => {
      await without(['kafka'], async () => {
        await evening(drama)
        await evening(await newDrama())
      })
      // The stories after this one find everything moving again.
      await settle(
        async () => {
          const { json } = await ops('events', 'lag', '--json')
          expect([json?.lag, json?.unattended]).toEqual([0, []])
        },
        { timeoutMs: 120_000, everyMs: 1_000 },
      )
    },
    240_000,
  )

  it('while the cache is killed and frozen in turn', async () => {
    let evenings = 0
    let going = true
    const viewers = Promise.all(
      Array.from({ length: 3 }, async () => {
        for (; going; evenings++) await evening(drama)
      }),
    ).catch((error: unknown) => {
      going = false
      throw error
    })
    viewers.catch(() => undefined)
    const threeMore = () => {
      const enough = evenings + 3
      return settle(() => !going || evenings >= enough, { timeoutMs: 60_000 })
    }
    const cacheAnswers = async () => {
      const redis = new Redis(readRun().engines.cache, { maxRetriesPerRequest: 0, retryStrategy: () => null })
      redis.on('error', () => undefined)
      await redis.ping().finally(() => redis.disconnect())
    }
    try {
      for (const [, without] of [...outages, ...outages]) {
        await without(['redis-cache'], threeMore)
        await settle(cacheAnswers, { timeoutMs: 60_000, everyMs: 100 })
        await threeMore()
      }
    } finally {
      going = false
      await viewers
    }
    expect(evenings).toBeGreaterThanOrEqual(24)
  }, 300_000)
})
