import { describe, expect, it } from '@jest/globals'
import { autoNext } from './auto-next-rules.js'

const settings = { enabled: true, countdownSeconds: 5 }
const startsAt = (duration: number, creditsStartSeconds: number | null, follows = true) =>
  autoNext({ duration, creditsStartSeconds, follows }, settings).startsAt

describe('auto-next', () => {
  it.each([
    ['ten seconds before the end', 3720, null, 3710],
    ['at the credits where they are known', 3720, 3600.5, 3600.5],
    ['at the credits also where they are shorter', 3720, 3715, 3715],
    ['at the end where the credits are said to come after it', 3600, 3715, 3600],
    ['ten seconds before the end of a clip too', 40, null, 30],
    ['with the beginning of what is shorter than that', 8, null, 0],
    ['to the fraction of a second', 99.5, null, 89.5],
  ])('starts %s', (_, duration, credits, at) => {
    expect(startsAt(duration, credits)).toBe(at)
  })

  it('has no time where nothing follows', () => {
    expect(startsAt(3720, null, false)).toBeNull()
    expect(startsAt(3720, 3600, false)).toBeNull()
  })

  it('says that it is switched off, and still when it would start', () => {
    const off = { enabled: false, countdownSeconds: 5 }
    const ending = { duration: 3720, creditsStartSeconds: null, follows: true }
    expect(autoNext(ending, off)).toEqual({ enabled: false, countdownSeconds: 5, startsAt: 3710 })
  })
})
