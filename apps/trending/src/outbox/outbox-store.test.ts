import { afterAll, describe, expect, it } from '@jest/globals'
import { defaultLimits } from '@marquee/contracts'
import { testCounters } from '../testing/counters.js'
import { knowTitles } from '../testing/titles.js'
import { countView, createHashKey } from '../views/view-store.js'
import { ensureGroup, streamOutbox } from './outbox-store.js'

const worlds: ReturnType<typeof testCounters>[] = []
afterAll(() => Promise.all(worlds.map((world) => world.close())))

async function place() {
  const world = testCounters()
  worlds.push(world)
  const counters = world.open()
  await ensureGroup(counters)
  const [id] = await knowTitles(counters, 1)
  const hashKey = await createHashKey(counters)()
  /** A relay's view of the stream, leading from now on. */
  const lead = async (holder: string) => {
    await counters.redis.del(counters.key('lease'))
    const token = (await counters.run('takeLease', holder, 60_000)) as string
    return streamOutbox({ counters, blocking: world.open('blocking'), lease: { holder, token: () => token } })
  }
  const view = (n: number) =>
    countView(counters, hashKey, { ...defaultLimits }, { ref: id!, address: `192.0.2.${n}` })
  return { world, counters, lead, view, id: id! }
}

describe('the stream as an outbox', () => {
  it('gives entries oldest first, again until they are marked, and then never', async () => {
    const { lead, view, id } = await place()
    for (let n = 0; n < 5; n++) await view(n)
    const outbox = await lead('one')
    const first = await outbox.claim(3)
    expect(first.map(({ subjectVersion }) => subjectVersion)).toEqual([1, 2, 3])
    expect(first[0]).toMatchObject({
      type: 'content.viewed',
      schemaVersion: 1,
      subject: id,
      producer: 'trending',
    })
    expect(Math.abs(Date.parse(first[0]!.time) - Date.now())).toBeLessThan(60_000)
    expect((await outbox.claim(10)).map(({ id }) => id).slice(0, 3)).toEqual(first.map(({ id }) => id))
    await outbox.markPublished(first)
    expect((await outbox.claim(10)).map(({ subjectVersion }) => subjectVersion)).toEqual([4, 5])
    expect(await outbox.pending()).toBe(2)
  })

  it('hands what a dead leader had claimed to the next one, first and in order', async () => {
    const { counters, lead, view } = await place()
    for (let n = 0; n < 4; n++) await view(n)
    const dead = await lead('dead')
    await dead.claim(3)
    await view(4)
    const next = await lead('next')
    const claimed = await next.claim(10)
    expect(claimed.map(({ subjectVersion }) => subjectVersion)).toEqual([1, 2, 3, 4, 5])
    await next.markPublished(claimed)
    expect(await next.pending()).toBe(0)
    const consumers = (await counters.redis.xinfo(
      'CONSUMERS',
      counters.key('outbox'),
      'relay',
    )) as unknown[][]
    expect(consumers.map((consumer) => consumer[1])).toEqual(['next'])
  })

  it('gives nothing to one that no longer leads, and lets it remove nothing', async () => {
    const { lead, view } = await place()
    await view(1)
    const old = await lead('old')
    const claimed = await old.claim(10)
    const next = await lead('next')
    expect(await old.claim(10)).toEqual([])
    await old.markPublished(claimed)
    expect(await next.pending()).toBe(1)
    expect((await next.claim(10)).map(({ id }) => id)).toEqual(claimed.map(({ id }) => id))
  })

  it('wakes a waiting relay with the next entry', async () => {
    const { lead, view } = await place()
    const outbox = await lead('one')
    expect(await outbox.claim(1)).toEqual([])
    const began = performance.now()
    const woken = outbox.waitForWork(5_000)
    await view(1)
    await woken
    expect(performance.now() - began).toBeLessThan(2_000)
    expect(await outbox.claim(1)).toHaveLength(1)
  })

  it('makes its group again when the counters have lost it', async () => {
    const { counters, lead, view } = await place()
    const outbox = await lead('one')
    await counters.redis.del(counters.key('outbox'))
    await view(1)
    expect(await outbox.claim(1)).toEqual([])
    expect(await outbox.claim(1)).toHaveLength(1)
  })
})
