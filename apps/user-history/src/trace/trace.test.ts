import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { transaction } from '@marquee/postgres'
import { keepRatings } from '../analytics/ratings-store.js'
import { countViews } from '../analytics/views-store.js'
import { testDatabase } from '../testing/test-database.js'
import { keepTitles } from '../titles/copies-store.js'
import { keepUsers } from '../users/users-store.js'
import { trace } from './trace-store.js'

let test: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.close())

const { winterTide } = world.contents
const { mina } = world.viewers
const stranger = '0192ffff-ffff-7fff-bfff-ffffffffffff'
const day = new Date().toISOString().slice(0, 10)

it('tells what events have made of a title and of a person, and which event was counted', async () => {
  const { primary } = test
  await keepTitles(primary, [], [{ id: winterTide.id, version: 5 }])
  const view = { id: 'view-1', contentId: winterTide.id, day, viewerKey: 'k' }
  await transaction(primary, (tx) => countViews(tx, 'analytics', [view, { ...view, id: 'view-2' }]))
  await keepRatings(primary, [{ contentId: winterTide.id, day, average: 8, count: 1, version: 3 }])
  await keepUsers(primary, [mina.sub])

  const { outbox, inbox, effects } = await trace(primary, ['view-1', winterTide.id, mina.sub])
  const of = (subject: string) =>
    effects
      .filter((effect) => effect.subject === subject)
      .map(({ what, topic, version, state }) => [what, topic, version, state])
  expect(outbox).toEqual([])
  expect(inbox).toEqual([{ eventId: 'view-1', consumer: 'analytics', receivedAt: expect.any(String) }])
  expect(of(winterTide.id)).toEqual([
    ['content_titles', 'content', 5, { status: 'archived' }],
    ['content_episodes', 'episode', 0, {}],
    ['content_analytics', 'content.viewed', null, { views: 2 }],
    ['content_analytics', 'rating', 3, {}],
    ['users', 'review', 0, {}],
  ])
  expect(of(mina.sub)).toContainEqual(['users', 'review', 1, {}])
})

it('knows nothing of a stranger', async () => {
  const { inbox, effects } = await trace(test.primary, [stranger, 'view-9'])
  expect(inbox).toEqual([])
  expect(effects.map(({ version, state }) => [version, state])).toEqual([
    [0, {}],
    [0, {}],
    [null, { views: 0 }],
    [0, {}],
    [0, {}],
  ])
})
