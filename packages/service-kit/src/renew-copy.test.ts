import { describe, expect, it } from '@jest/globals'
import { renewCopy } from './renew-copy.js'

interface Row {
  id: string
  version: number
  text: string
}
const row = (id: string, version: number, text = `v${version}`): Row => ({ id, version, text })

/** An owner and a copy in memory; `meanwhile` happens between two pages. */
function world(owned: Row[], copied: Row[], meanwhile: (page: number) => void = () => {}) {
  const owner = new Map(owned.map((one) => [one.id, one]))
  const copy = new Map(copied.map((one) => [one.id, one]))
  let page = 0
  return {
    owner,
    copy,
    /** As an event does. */
    bring: (one: Row) => {
      owner.set(one.id, one)
      if ((copy.get(one.id)?.version ?? 0) < one.version) copy.set(one.id, one)
    },
    renew: (dryRun = false) =>
      renewCopy<Row>(
        {
          async *owner() {
            for (const id of [...owner.keys()].sort()) {
              yield [owner.get(id)!]
              meanwhile(page++)
            }
          },
          async *all() {
            yield [...copy.values()]
          },
          kept: async (said) =>
            new Map(
              said.flatMap(({ id, text }) => {
                const there = copy.get(id)
                return there ? [[id, { version: there.version, same: there.text === text }]] : []
              }),
            ),
          async replace(wrong) {
            for (const { said, seen } of wrong) {
              const there = copy.get(said.id)?.version
              if (there === undefined || there < said.version || there === seen) copy.set(said.id, said)
            }
          },
          async remove(rows) {
            for (const { id, version } of rows) if (copy.get(id)?.version === version) copy.delete(id)
          },
        },
        { dryRun },
      ),
  }
}

describe('a copy made anew', () => {
  const owned = ['a', 'b', 'c', 'd', 'e'].map((id) => row(id, 3))
  const copied = [row('a', 3), row('b', 2), row('c', 3, 'damaged'), row('d', 9), row('x', 1)]

  it('is what the owner has: what is old, damaged, ahead, missing or nobody’s is put right', async () => {
    const { copy, renew } = world(owned, copied)
    expect(await renew()).toEqual({ built: 5, differing: 5 })
    expect([...copy.values()].sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(owned)
    expect(await renew()).toEqual({ built: 5, differing: 0 })
  })

  it('is only compared in a dry run', async () => {
    const { copy, renew } = world(owned, copied)
    expect(await renew(true)).toEqual({ built: 5, differing: 5 })
    expect([...copy.values()]).toEqual(copied)
  })

  it('keeps what events bring meanwhile, also when they overtake a page or bring something new', async () => {
    const place = world(owned, owned, (page) => {
      if (page === 0) place.bring(row('c', 4))
      if (page === 1) place.bring(row('b', 5))
      if (page === 2) place.bring(row('0', 1))
    })
    expect(await place.renew()).toMatchObject({ differing: 0 })
    expect(place.copy).toEqual(place.owner)
  })

  it('asks again about a row that was ahead, and leaves it when the owner has it by then', async () => {
    // The event came between the owner's page and the look at the copy.
    const place = world([row('a', 1), row('b', 1)], [row('a', 2), row('b', 1)], (page) => {
      if (page === 0) place.owner.set('a', row('a', 2))
    })
    expect(await place.renew()).toEqual({ built: 2, differing: 0 })
    expect(place.copy.get('a')).toEqual(row('a', 2))
  })
})
