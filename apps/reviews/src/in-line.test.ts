import { describe, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { createInLine } from './in-line.js'

describe('work in line', () => {
  it('runs one after another for one key, also after a failure, and at once for another', async () => {
    const inLine = createInLine(60_000)
    const begun: string[] = []
    const ends = new Map<string, () => void>()
    const work =
      (name: string, fails = false) =>
      () => {
        begun.push(name)
        return new Promise<string>((resolve, reject) =>
          ends.set(name, () => (fails ? reject(new Error(name)) : resolve(name))),
        )
      }
    const [a1, a2, a3] = [inLine('a', work('a1')), inLine('a', work('a2', true)), inLine('a', work('a3'))]
    const b1 = inLine('b', work('b1'))
    expect(begun).toEqual(['a1', 'b1'])
    ends.get('a1')!()
    expect(await a1).toBe('a1')
    ends.get('a2')!()
    await expect(a2).rejects.toThrow('a2')
    ends.get('a3')!()
    expect(await a3).toBe('a3')
    ends.get('b1')!()
    expect(await b1).toBe('b1')
    expect(begun).toEqual(['a1', 'b1', 'a2', 'a3'])
  })

  it('is told what is left of its time, and is not begun when that is less than a fifth', async () => {
    const inLine = createInLine(500)
    const first = inLine('a', async (leftMs) => {
      expect(leftMs).toBeGreaterThan(400)
      const until = performance.now() + 450
      await settle(() => performance.now() > until)
    })
    let begun = false
    const second = inLine('a', async () => {
      begun = true
    })
    await first
    await expect(second).rejects.toMatchObject({ code: 'unavailable' })
    expect(begun).toBe(false)
    expect(await inLine('a', async () => 'third')).toBe('third')
  })
})
