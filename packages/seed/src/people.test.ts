import { describe, expect, it } from '@jest/globals'
import { isUuid, world } from '@marquee/contracts'
import { seedUsers } from './people.js'

describe('the seeded people', () => {
  it('are the same every time, and fewer of them are the first of more', () => {
    expect(seedUsers(40)).toEqual(seedUsers(200).slice(0, 40))
    expect(seedUsers(10, 2)[7]).not.toEqual(seedUsers(10, 1)[7])
  })

  it('begin with those of the named world', () => {
    expect(seedUsers(5).map(({ id }) => id)).toEqual(Object.values(world.viewers).map(({ sub }) => sub))
  })

  it('have ids, names and addresses of their own', () => {
    const people = seedUsers(2_000)
    for (const field of ['id', 'username', 'email'] as const)
      expect(new Set(people.map((person) => person[field])).size).toBe(2_000)
    expect(people.every(({ id }) => isUuid(id))).toBe(true)
    const others = seedUsers(2_000, 2).slice(5)
    const emails = new Set(people.map(({ email }) => email))
    expect(others.filter(({ email }) => emails.has(email))).toEqual([])
  })
})
