import { expect } from '@jest/globals'
import { readTopic, settle } from '@marquee/test-kit'
import { api } from '../checked.js'
import { everything } from '../pages.js'
import { readRun } from '../platform.js'
import { count, type Write } from './load.js'

/** ok: it is there, once. Refused: it is not. Unknown: either. Its figures and its events agree with what is there. */
export async function everyReviewIsKept(log: Write[], contentId: string): Promise<void> {
  const reviews = await everything(`/api/v1/content/${contentId}/reviews`)
  const authors = new Set(reviews.map(({ userId }) => userId))
  expect(authors.size).toBe(reviews.length)
  const wrong = log.filter(
    ({ kind, key, outcome }) =>
      kind === 'review' && outcome !== 'unknown' && authors.has(key) !== (outcome === 'ok'),
  )
  expect(wrong).toEqual([])

  const average = reviews.reduce((sum, { rating }) => sum + rating, 0) / reviews.length
  const { summary } = (await api(`/api/v1/content/${contentId}/reviews`)).json
  expect(summary).toMatchObject({ count: reviews.length, average: expect.closeTo(average, 2) })
  await settle(
    async () => {
      const { json } = await api(`/api/v1/content/${contentId}`)
      expect(json).toMatchObject({ ratingCount: reviews.length, rating: expect.closeTo(average, 1) })
      const posted = await readTopic(readRun().engines.kafka, 'review')
      const told = new Set(posted.map(({ headers }) => headers.ce_subject))
      expect(reviews.filter(({ id }) => !told.has(id))).toEqual([])
    },
    { timeoutMs: 60_000, everyMs: 500 },
  )
}

/** How many plays each of these new people has. */
export const playsOf = async (people: string[]): Promise<Map<string, number>> =>
  new Map(
    await Promise.all(
      people.map(async (id) => {
        const plays = await everything(`/api/v1/content/users/${id}/watch-history`, { as: 'admin' })
        expect(new Set(plays.map((play) => play.id)).size).toBe(plays.length)
        return [id, plays.length] as const
      }),
    ),
  )

/** One play per acknowledged sitting, none that nobody asked for. */
export function everyPlayIsKept(log: Write[], stored: Map<string, number>): void {
  for (const [key, plays] of stored) {
    const ok = count(log, { kind: 'play', key, outcome: 'ok' })
    const unknown = count(log, { kind: 'play', key, outcome: 'unknown' })
    expect(ok).toBeGreaterThan(0)
    expect(plays).toBeGreaterThanOrEqual(ok)
    expect(plays).toBeLessThanOrEqual(ok + unknown)
  }
}
