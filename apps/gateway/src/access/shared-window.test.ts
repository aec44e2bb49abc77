import { describe, expect, it } from '@jest/globals'
import { sharedWindow, type UnitCounter } from './shared-window.js'

const limit = 200
const windowMs = 60_000
const open = (counter: UnitCounter, failures: unknown[] = []) =>
  sharedWindow({ counter, limit, windowMs, patienceMs: 20, onFailure: (error) => failures.push(error) })

const passedOf = async (store: ReturnType<typeof open>, count: number): Promise<number> => {
  const hits = await Promise.all(Array.from({ length: count }, async () => store.increment('someone')))
  return hits.filter(({ totalHits }) => totalHits <= limit).length
}

/** As Redis counts: one window for all who ask. */
function counted(): UnitCounter & { asked: number } {
  const counter = {
    asked: 0,
    increment: async () => {
      counter.asked += 1
      return { totalHits: counter.asked, resetTime: new Date(Date.now() + windowMs) }
    },
  }
  return counter
}

describe('the shared window', () => {
  it('lets exactly the limit pass, and asks the shared counter once per eight requests', async () => {
    const counter = counted()
    expect(await passedOf(open(counter), 1000)).toBe(limit)
    expect(counter.asked).toBe(limit / 8 + 1)
  })

  it('lets two instances pass the limit together, not each', async () => {
    const counter = counted()
    const [one, other] = [open(counter), open(counter)]
    const passed = (await Promise.all([passedOf(one, 500), passedOf(other, 500)])).reduce((a, b) => a + b)
    expect(passed).toBe(limit)
  })

  it('lets no more than the limit pass while the counter fails, or comes and goes', async () => {
    const failures: unknown[] = []
    const dead = open({ increment: () => Promise.reject(new Error('down')) }, failures)
    expect(await passedOf(dead, 500)).toBe(limit)
    expect(failures.length).toBeGreaterThan(0)
    let turn = 0
    const flaky = counted()
    const answer = flaky.increment
    flaky.increment = (key) => (turn++ % 2 === 0 ? Promise.reject(new Error('down')) : answer(key))
    expect(await passedOf(open(flaky), 500)).toBe(limit)
  })

  it('tells who is over, and only them', async () => {
    const store = open(counted())
    expect(store.isOver('someone')).toBe(false)
    await passedOf(store, limit)
    expect(store.isOver('someone')).toBe(false)
    await passedOf(store, 10)
    expect(store.isOver('someone')).toBe(true)
    expect(store.isOver('other')).toBe(false)
  })
})
