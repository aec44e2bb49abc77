import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from '@jest/globals'
import { storeClock } from './store-clock.js'

const hour = 3_600_000

describe('the clock of a store', () => {
  it('is the store’s, not ours, and goes on between two questions', async () => {
    let asked = 0
    const clock = storeClock(async () => {
      asked++
      return Date.now() - hour
    })
    const first = await clock.now()
    expect(Math.abs(first - (Date.now() - hour))).toBeLessThan(50)
    while ((await clock.now()) < first + 30) await delay(5)
    expect(Math.abs(clock.guess() - (Date.now() - hour))).toBeLessThan(50)
    expect(asked).toBe(1)
  })

  it('takes the answer for the middle of its question', async () => {
    const clock = storeClock(async () => {
      const then = Date.now() + hour
      await delay(100)
      return then + 50
    })
    expect(Math.abs((await clock.now()) - (Date.now() + hour))).toBeLessThan(40)
  })

  it('is not known before the store has answered, and is then asked for again', async () => {
    let down = true
    const clock = storeClock(async () => {
      if (down) throw new Error('down')
      return Date.now() + hour
    })
    await expect(clock.now()).rejects.toThrow('down')
    expect(Math.abs(clock.guess() - Date.now())).toBeLessThan(50)
    down = false
    expect(Math.abs((await clock.now()) - (Date.now() + hour))).toBeLessThan(50)
  })

  it('asks once for all who wait', async () => {
    let asked = 0
    const clock = storeClock(async () => {
      asked++
      await delay(20)
      return Date.now()
    })
    await Promise.all(Array.from({ length: 20 }, () => clock.now()))
    expect(asked).toBe(1)
  })
})
