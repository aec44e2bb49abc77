import { expect, it, jest } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { createBatches } from './in-batches.js'

/** Batches that end when they are told to; `ran` names them as they begin. */
function heldBatches({ patienceMs = 5000, most = 1 } = {}) {
  const ran: string[] = []
  const ends: (() => void)[] = []
  const add = createBatches<string, string>({
    size: 3,
    patienceMs,
    beside: { most, afterMs: 5 },
    isOutage: (error) => error === 'outage',
    async run(key, items) {
      ran.push(`${key}:${items}`)
      await new Promise<void>((resolve) => ends.push(resolve))
      if (items.includes('bad')) throw new Error('bad')
      if (items.includes('lost')) throw 'outage'
      return items.map((item) => item.toUpperCase())
    },
  })
  const end = () =>
    settle(() => {
      const next = ends.shift()
      next?.()
      return next !== undefined
    })
  return { add, ran, end }
}

it('what comes while a key is at work is done together, in order, so many at most', async () => {
  const { add, ran, end } = heldBatches()
  const all = Promise.all(['a', 'b', 'c', 'd', 'e'].map((item) => add('k', item)))
  const other = add('other', 'x')
  expect(ran).toEqual(['k:a', 'other:x'])
  for (let n = 0; n < 4; n++) await end()
  expect(await all).toEqual(['A', 'B', 'C', 'D', 'E'])
  expect(await other).toBe('X')
  expect(ran).toEqual(['k:a', 'other:x', 'k:b,c,d', 'k:e'])
})

it('one that fails fails alone, an outage is that of all', async () => {
  const { add, ran, end } = heldBatches()
  const items = ['a', 'b', 'bad', 'c'].map((item) => add('k', item))
  const settled = Promise.allSettled(items)
  for (let n = 0; n < 5; n++) await end()
  expect((await settled).map(({ status }) => status === 'fulfilled')).toEqual([true, true, false, true])
  expect(ran).toEqual(['k:a', 'k:b,bad,c', 'k:b', 'k:bad', 'k:c'])
  const lost = Promise.allSettled(['a', 'b', 'lost'].map((item) => add('k', item)))
  for (let n = 0; n < 2; n++) await end()
  expect((await lost).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'rejected'])
})

it('who waits too long is told so in time, and is not begun afterwards', async () => {
  const { add, ran, end } = heldBatches({ patienceMs: 50 })
  const late = expect(add('k', 'late')).rejects.toMatchObject({ code: 'unavailable' })
  await expect(add('k', 'never')).rejects.toMatchObject({ headers: { 'retry-after': '1' } })
  await late
  await end()
  const next = add('k', 'next')
  await settle(() => ran.length === 2)
  await end()
  expect(await next).toBe('NEXT')
  expect(ran).toEqual(['k:late', 'k:next'])
})

it('what takes long lets the next begin beside it, so many at most', async () => {
  jest.useFakeTimers()
  const { add, ran, end } = heldBatches({ most: 2 })
  const all = [add('k', 'a'), add('k', 'b'), add('k', 'c')]
  expect(ran).toEqual(['k:a'])
  await jest.advanceTimersByTimeAsync(5)
  expect(ran).toEqual(['k:a', 'k:b,c'])
  all.push(add('k', 'd'), add('other', 'x'))
  // Longer than a batch must take for another to begin: two are under way already.
  await jest.advanceTimersByTimeAsync(20)
  expect(ran).toEqual(['k:a', 'k:b,c', 'other:x'])
  jest.useRealTimers()
  for (let n = 0; n < 4; n++) await end()
  expect(await Promise.all(all)).toEqual(['A', 'B', 'C', 'D', 'X'])
  expect(ran.at(-1)).toBe('k:d')
})
