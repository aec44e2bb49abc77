import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { ApiError } from './api-error.js'
import { askOwner } from './ask-owner.js'
import { singleFlight } from './single-flight.js'

/** Work that ends when it is told to. */
function held() {
  const begun: string[] = []
  const ends: (() => void)[] = []
  const work = (key: string) => {
    begun.push(key)
    return new Promise<string>((resolve) => ends.push(() => resolve(`${key}${begun.length}`)))
  }
  return { begun, work, end: () => ends.splice(0).forEach((one) => void one()) }
}

describe('a single flight', () => {
  it('runs once for all who come meanwhile, apart by key, and again for who comes later', async () => {
    const { begun, work, end } = held()
    const fly = singleFlight(work)
    const answers = [fly('a'), fly('a'), fly('b')]
    expect(begun).toEqual(['a', 'b'])
    end()
    expect(await Promise.all(answers)).toEqual(['a2', 'a2', 'b2'])
    void fly('a')
    expect(begun).toEqual(['a', 'b', 'a'])
  })

  it('gives a failure to all who wait, and keeps it for nobody', async () => {
    let runs = 0
    const fly = singleFlight(() => Promise.reject(new Error(String(++runs))), { lateMs: 60_000 })
    const failed = await Promise.allSettled([fly('a'), fly('a')])
    expect(failed.map((one) => (one as PromiseRejectedResult).reason.message)).toEqual(['1', '1'])
    await expect(fly('a')).rejects.toThrow('2')
  })

  it('is joined for a while after it went well, where that is asked for', async () => {
    const { begun, work, end } = held()
    const fly = singleFlight(work, { lateMs: 60_000 })
    const first = fly('a')
    end()
    expect(await first).toBe(await fly('a'))
    expect(begun).toEqual(['a'])
  })
})

describe('asking the owner', () => {
  const answering = (status: number, body: unknown = {}) => {
    const asked: string[] = []
    const owner = {
      get: async (path: string) => {
        asked.push(path)
        return { status, headers: {}, body: Buffer.from(JSON.stringify(body)) }
      },
    }
    return { asked, owner }
  }
  const about = {
    name: 'The shelf',
    path: (ref: string) => `/things/${ref}`,
    schema: z.object({ size: z.number() }),
    keep: async ({ size }: { size: number }) => size * 2,
    notFound: (ref: string) => new ApiError('genre_not_found', `There is no ${ref}.`),
  }

  it('asks once for all who wait, and answers what was kept', async () => {
    const { asked, owner } = answering(200, { size: 4, colour: 'red' })
    const ask = askOwner({ ...about, owner })
    expect(await Promise.all([ask('cup'), ask('cup'), ask('pot')])).toEqual([8, 8, 8])
    expect(asked).toEqual(['/things/cup', '/things/pot'])
  })

  it('takes only the word of the owner for a 404, and no answer for an outage', async () => {
    await expect(askOwner({ ...about, owner: answering(404).owner })('cup')).rejects.toMatchObject({
      code: 'genre_not_found',
      message: 'There is no cup.',
    })
    const refusing = { get: () => Promise.reject(new Error('refused')) }
    for (const owner of [...[500, 502, 503, 429, 403].map((status) => answering(status).owner), refusing])
      await expect(askOwner({ ...about, owner })('cup')).rejects.toMatchObject({
        code: 'unavailable',
        message: expect.stringContaining('The shelf'),
        headers: { 'retry-after': '2' },
      })
  })

  it('keeps nothing of another shape, which is a defect and no outage', async () => {
    const ask = askOwner({ ...about, owner: answering(200, { size: 'large' }).owner })
    await expect(ask('cup')).rejects.not.toBeInstanceOf(ApiError)
  })
})
