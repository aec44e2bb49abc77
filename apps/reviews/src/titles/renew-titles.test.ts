import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type InternalTitle, world } from '@marquee/contracts'
import { testDatabase } from '../testing/test-database.js'
import { renewTitles } from './renew-titles-store.js'
import { applyTitles } from './title-store.js'

let test: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.close())

const idOf = (n: number) => `01920009-0000-7000-8000-${String(n).padStart(12, '0')}`
const pageSize = 3
let owned: InternalTitle[]
beforeEach(async () => {
  owned = Array.from({ length: 8 }, (_, n) => ({
    ...world.contents.winterTide,
    id: idOf(n),
    slug: `title-${n}`,
    version: 3,
    status: n === 5 ? 'archived' : 'published',
  }))
  await test.database.titles.deleteMany().exec()
  await events(...owned)
})

/** As the consumer keeps what events tell. */
const events = (...titles: InternalTitle[]) =>
  applyTitles(
    test.database,
    titles.map(({ id, version, status, slug }) => ({ _id: id, version, status, slug, at: new Date() })),
  )
/** The catalogue's pages, smaller than it makes them. */
const catalog = {
  async get(path: string) {
    const after = new URL(path, 'http://x').searchParams.get('after') ?? ''
    const items = owned.filter(({ id }) => id > after).slice(0, pageSize)
    const last = items.at(-1)?.id
    const next = last === owned.at(-1)?.id ? null : last
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ items, next })) }
  },
}
const renew = (dryRun = false) => renewTitles(test.database, catalog, { dryRun })
const everything = async () =>
  (await test.database.titles.find({}, { at: 0 }).sort({ _id: 1 }).lean().exec()).map(
    ({ _id, version, status, slug }) => ({ _id, version, status, slug }),
  )

describe('the copy of titles', () => {
  it('is what events have brought, tombstones and all', async () => {
    expect(await renew()).toMatchObject({ what: 'titles', built: 8, differing: 0, swapped: true })
  })

  const set = (n: number, change: object) =>
    test.database.titles.updateOne({ _id: idOf(n) }, { $set: change }).exec()
  const damages: Record<string, () => Promise<unknown>> = {
    'a title that is missing': () => test.database.titles.deleteOne({ _id: idOf(0) }).exec(),
    'one that is old': async () => {
      owned[1] = { ...owned[1]!, version: 4, slug: 'moved' }
    },
    'another slug': () => set(2, { slug: 'another' }),
    'another status': () => set(2, { status: 'archived' }),
    'a version that nobody told': () => set(3, { version: 99 }),
    'a title where a tombstone should be': () => set(5, { status: 'published' }),
    'a title that the catalogue does not have': () =>
      events({ ...owned[0]!, id: idOf(50), slug: 'of-nobody' }),
    'nothing at all': () => test.database.titles.deleteMany().exec(),
  }
  for (const [name, damage] of Object.entries(damages))
    it(`is put right where there is ${name}`, async () => {
      await damage()
      const before = await everything()
      const { differing } = await renew(true)
      expect(differing).toBeGreaterThan(0)
      expect(await everything()).toEqual(before)
      expect(await renew()).toMatchObject({ differing })
      expect(await everything()).toEqual(
        owned.map(({ id: _id, version, status, slug }) => ({ _id, version, status, slug })),
      )
      expect(await renew()).toMatchObject({ built: 8, differing: 0 })
    })
})
