import { describe, expect, it } from '@jest/globals'
import { migrationCount, migrationDirection } from './index.js'

/** As commander knows an error that it is to answer with the usage. */
const refused = { code: 'commander.invalidArgument', exitCode: 1 }

describe('the arguments of migrate', () => {
  it('are a direction and how many', () => {
    expect(['up', 'down'].map(migrationDirection)).toEqual(['up', 'down'])
    expect(['1', '12', '99999'].map(migrationCount)).toEqual([1, 12, 99_999])
  })

  it.each(['', 'UP', 'sideways'])('refuse the direction "%s"', (text) => {
    expect(() => migrationDirection(text)).toThrow(expect.objectContaining(refused))
  })

  it.each(['', '0', '-1', '1.5', '100000', 'all'])('refuse the number "%s"', (text) => {
    expect(() => migrationCount(text)).toThrow(expect.objectContaining(refused))
  })
})
