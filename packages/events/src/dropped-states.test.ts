import { describe, expect, it } from '@jest/globals'
import { droppedStates } from './index.js'

const states = (...all: [subject: string, subjectVersion: number][]) =>
  all.map(([subject, subjectVersion]) => ({ subject, subjectVersion }))

describe('state events that had no effect', () => {
  it.each([
    ['none of two subjects that both changed', states(['a', 1], ['b', 1]), 2, 0],
    ['one whose subject was as new already', states(['a', 1], ['b', 1]), 1, 1],
    ['none that a later one of the batch replaces', states(['a', 1], ['a', 2]), 1, 0],
    ['each repetition', states(['a', 1], ['a', 1], ['a', 1]), 1, 2],
    ['all of a batch that came again', states(['a', 1], ['a', 1]), 0, 2],
    ['none of nothing', states(), 0, 0],
  ])('are %s', (_, events, applied, dropped) => {
    expect(droppedStates(events, applied)).toBe(dropped)
  })
})
