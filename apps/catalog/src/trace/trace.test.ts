import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { onceEach, transaction } from '@marquee/postgres'
import { applyRatings, applyStats } from '../statistics/stats-store.js'
import { testCatalog } from '../testing/test-catalog.js'
import { trace } from './trace-store.js'

let test: Awaited<ReturnType<typeof testCatalog>>
beforeAll(async () => {
  test = await testCatalog()
})
afterAll(() => test.close())

const { winterTide } = world.contents
const { winterTide1 } = world.episodes
const stranger = '0192ffff-ffff-7fff-bfff-ffffffffffff'

it('tells a fact of the outbox by its id and by its subject, and how far it is', async () => {
  const { pool } = test.catalog
  const { json: made } = await test.api('/api/v1/content', {
    method: 'POST',
    as: 'editor',
    body: { kind: 'movie', title: 'Traced', origin: 'thai', originalLanguage: 'th', status: 'published' },
  })
  const bySubject = await trace(pool, [made.id])
  expect(bySubject.outbox).toEqual([
    {
      id: expect.any(String),
      type: 'content.created',
      subject: made.id,
      subjectVersion: 1,
      time: expect.stringMatching(/Z$/),
      state: 'pending',
      claimedUntil: null,
      publishedAt: null,
    },
  ])
  const [fact] = bySubject.outbox
  const before = (await trace(pool, [fact!.id])).outbox[0]?.state
  await pool.query("UPDATE outbox SET claimed_until = now() + interval '1 minute' WHERE id = $1", [fact!.id])
  const [claimed] = (await trace(pool, [fact!.id])).outbox
  await pool.query('UPDATE outbox SET published_at = now() WHERE id = $1', [fact!.id])
  const [published] = (await trace(pool, [fact!.id])).outbox
  expect([before, claimed!.state, published!.state]).toEqual(['pending', 'claimed', 'published'])
  expect(Date.parse(claimed!.claimedUntil!)).toBeGreaterThan(Date.now())
  expect([published!.claimedUntil, published!.publishedAt]).toEqual([null, expect.stringMatching(/Z$/)])
})

it('tells the versions of what a subject has become, 0 where it is nothing', async () => {
  const { pool } = test.catalog
  await applyStats(pool, [{ id: winterTide.id, totalViews: 12, popularity: 3, version: 4 }])
  await applyRatings(pool, [{ id: winterTide.id, sum: 17, count: 2, version: 6 }])
  const { effects } = await trace(pool, [winterTide.id])
  expect(effects.map(({ what, topic, version, state }) => [what, topic, version, state])).toEqual([
    ['content_metadata', 'content', 1, { status: 'published' }],
    ['episodes', 'episode', 0, {}],
    ['content_stats', 'content.stats', 4, { totalViews: 12, popularity: 3 }],
    ['content_stats', 'rating', 6, { rating: 8.5, ratingCount: 2 }],
  ])
  const episode = (await trace(pool, [winterTide1.id])).effects.find(({ what }) => what === 'episodes')
  expect(episode).toMatchObject({ version: 1, state: { status: 'published' } })
})

it('knows nothing of a stranger, nor of what is no id, and tells what the inbox holds', async () => {
  const { pool } = test.catalog
  await transaction(pool, (tx) => onceEach(tx, 'counter', ['seen-event']))
  const { outbox, inbox, effects } = await trace(pool, [stranger, 'seen-event', "'; --"])
  expect(outbox).toEqual([])
  expect(inbox).toEqual([
    { eventId: 'seen-event', consumer: 'counter', receivedAt: expect.stringMatching(/Z$/) },
  ])
  expect(effects.map(({ subject, version }) => [subject, version])).toEqual(Array(4).fill([stranger, 0]))
})
