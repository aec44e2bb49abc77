import { expect, it } from '@jest/globals'
import { outOfOrder } from './events.js'

const told = (subject: string, ...versions: number[]) =>
  versions.map((subjectVersion, offset) => ({
    topic: 'content',
    partition: 0,
    offset,
    id: `${subject}-${subjectVersion}`,
    type: 'content.updated',
    subject,
    subjectVersion,
  }))

it('a fact that comes again is no fact out of order', () => {
  expect(outOfOrder(told('a', 1, 2, 3, 2, 3, 4, 1))).toEqual([])
})

it('a fact that comes after a later one of its subject is, in whatever order it was read', () => {
  expect(outOfOrder([...told('a', 1, 3, 2), ...told('b', 1, 2)].reverse())).toEqual(['a-2'])
})
