import { afterAll, expect, it } from '@jest/globals'
import { defaultLimits } from '@marquee/contracts'
import { ensureGroup, streamOutbox } from '../outbox/outbox-store.js'
import { testCounters } from '../testing/counters.js'
import { knowTitles } from '../testing/titles.js'
import { countView, createHashKey } from '../views/view-store.js'
import { trace } from './trace-store.js'

const test = testCounters()
afterAll(test.close)
const counters = test.open()

it('tells a view on its way, and that it was counted after its event is gone', async () => {
  await ensureGroup(counters)
  const [id] = (await knowTitles(counters, 1)) as [string]
  const hashKey = await createHashKey(counters)()
  for (const address of ['192.0.2.1', '192.0.2.2'])
    await countView(counters, hashKey, { ...defaultLimits }, { ref: id, address })
  const { outbox, effects } = await trace(counters, [id])
  expect(outbox.map(({ type, subjectVersion, state }) => [type, subjectVersion, state])).toEqual([
    ['content.viewed', 2, 'pending'],
    ['content.viewed', 1, 'pending'],
  ])
  expect(effects.map(({ what, topic, version, state }) => [what, topic, version, state])).toEqual([
    ['title', 'content', 1, { status: 'published' }],
    ['totals', 'content.viewed', null, { views: 2 }],
    ['told', 'content.stats', 0, {}],
  ])

  const token = (await counters.run('takeLease', 'test', 60_000)) as string
  const lease = { holder: 'test', token: () => token, standAside: () => {} }
  const relay = streamOutbox({ counters, blocking: test.open('blocking'), lease })
  const [first] = await relay.claim(1)
  expect((await trace(counters, [first!.id])).outbox).toMatchObject([{ id: first!.id, state: 'claimed' }])
  await relay.markPublished([first!])
  const afterwards = await trace(counters, [first!.id])
  expect(afterwards.outbox).toEqual([])
  expect(afterwards.inbox).toEqual([
    { eventId: first!.id, consumer: 'view ids', receivedAt: expect.stringMatching(/:00:00.000Z$/) },
  ])
})

it('knows nothing of a stranger', async () => {
  const stranger = '0192ffff-ffff-7fff-bfff-ffffffffffff'
  const { outbox, inbox, effects } = await trace(counters, [stranger, 'nothing'])
  expect([outbox, inbox]).toEqual([[], []])
  expect(effects.map(({ version, state }) => [version, state])).toEqual(
    [
      ...Array(2).fill([
        [0, {}],
        [null, { views: 0 }],
        [0, {}],
      ]),
    ].flat(),
  )
})
