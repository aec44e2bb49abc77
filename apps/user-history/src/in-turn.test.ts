import { expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { createTurns } from './in-turn.js'

/** Work that ends when it is told to. */
function held() {
  let end = (_: string) => {}
  const promise = new Promise<string>((resolve) => {
    end = resolve
  })
  return { work: () => promise, end }
}

it('one of a key runs at a time, in their order; other keys do not wait', async () => {
  const inTurn = createTurns(1000)
  const begun: string[] = []
  const first = held()
  const of = (key: string, name: string, work = async () => name) =>
    inTurn(key, () => {
      begun.push(name)
      return work()
    })
  const all = [of('a', 'a1', first.work), of('a', 'a2'), of('a', 'a3'), of('b', 'b1')]
  await all[3]
  expect(begun).toEqual(['a1', 'b1'])
  first.end('a1')
  expect(await Promise.all(all)).toEqual(['a1', 'a2', 'a3', 'b1'])
  expect(begun).toEqual(['a1', 'b1', 'a2', 'a3'])
})

it('a failure is its own alone', async () => {
  const inTurn = createTurns(1000)
  const failing = inTurn('a', () => Promise.reject(new Error('no')))
  const after = inTurn('a', async () => 'yes')
  await expect(failing).rejects.toThrow('no')
  expect(await after).toBe('yes')
})

it('who waits too long is told so in time, and is not begun afterwards', async () => {
  const inTurn = createTurns(50)
  const first = held()
  const begun: string[] = []
  const late = inTurn('a', first.work)
  const never = inTurn('a', async () => begun.push('never'))
  await expect(late).rejects.toMatchObject({ code: 'unavailable', headers: { 'retry-after': '1' } })
  await expect(never).rejects.toMatchObject({ code: 'unavailable' })
  first.end('done after all')
  await settle(async () => expect(await inTurn('a', async () => 'next')).toBe('next'))
  expect(begun).toEqual([])
})
