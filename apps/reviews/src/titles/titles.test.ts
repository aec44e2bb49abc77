import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { testDatabase } from '../testing/test-database.js'
import { createFindTitle } from './find-title.js'
import type { TitleDocument } from './title-document.js'
import { applyTitles, publishedTitle, titleOfSlug } from './title-store.js'

let test: Awaited<ReturnType<typeof testDatabase>>
beforeAll(async () => {
  test = await testDatabase()
})
afterAll(() => test.close())

const idOf = (n: number) => `01920009-0000-7000-8000-${String(n).padStart(12, '0')}`
let minute = 0
const said = (n: number, version: number, more: Partial<TitleDocument> = {}): TitleDocument => ({
  _id: idOf(n),
  version,
  status: 'published',
  slug: `title-${n}`,
  at: new Date(Date.UTC(2026, 0, 1, 0, minute++)),
  ...more,
})
const kept = (n: number) => test.database.titles.findById(idOf(n)).lean().exec()

describe('what is kept of a title', () => {
  it('is its newest version, whatever order they come in, one by one or together', async () => {
    const changed: number[] = []
    for (const version of [2, 1, 4, 3, 4])
      changed.push(await applyTitles(test.database, [said(1, version, { slug: `v${version}` })]))
    expect(changed).toEqual([1, 0, 1, 0, 0])
    expect(await kept(1)).toMatchObject({ version: 4, slug: 'v4' })
    const together = [
      ...[6, 5].map((version) => said(1, version, { slug: `v${version}` })),
      said(2, 1),
      said(1, 3),
    ]
    expect(await applyTitles(test.database, together)).toBe(2)
    expect(await applyTitles(test.database, [...together, said(6, 1)])).toBe(1)
    expect(await kept(1)).toMatchObject({ version: 6, slug: 'v6' })
    expect(await kept(2)).toMatchObject({ version: 1 })
  })

  it('is a tombstone after a deletion, that no older event brings back', async () => {
    await applyTitles(test.database, [said(3, 1)])
    await applyTitles(test.database, [said(3, 3, { status: 'archived' })])
    await applyTitles(test.database, [said(3, 2)])
    expect(await publishedTitle(test.database, idOf(3))).toBeNull()
    expect(await publishedTitle(test.database, 'title-3')).toBeNull()
    expect(await titleOfSlug(test.database, 'title-3')).toBe(idOf(3))
    await applyTitles(test.database, [said(3, 4)])
    expect(await publishedTitle(test.database, 'title-3')).toBe(idOf(3))
  })

  it('gives a slug to the title of which it was said last', async () => {
    await applyTitles(test.database, [said(4, 1, { slug: 'shared' })])
    await applyTitles(test.database, [said(5, 1, { slug: 'shared' })])
    expect(await publishedTitle(test.database, 'shared')).toBe(idOf(5))
    await applyTitles(test.database, [said(4, 2, { slug: 'moved' })])
    expect(await publishedTitle(test.database, 'moved')).toBe(idOf(4))
    expect(await publishedTitle(test.database, 'shared')).toBe(idOf(5))
  })
})

describe('a title that is not known as published', () => {
  const answering = (status: number, body: object = {}) => {
    const asked: string[] = []
    const owner = {
      get: async (path: string) => {
        asked.push(path)
        return { status, headers: {}, body: Buffer.from(JSON.stringify(body)) }
      },
    }
    return { asked, ...createFindTitle(test.database, owner) }
  }
  const { winterTide, mangoSeason } = world.contents

  it('is asked of the catalogue, once for all who wait, and then known', async () => {
    const { asked, findTitle } = answering(200, winterTide)
    const found = await Promise.all(Array.from({ length: 10 }, () => findTitle('winter-tide')))
    expect(new Set(found)).toEqual(new Set([winterTide.id]))
    expect(asked).toEqual(['/api/v1/content/winter-tide'])
    expect(await answering(503).findTitle(winterTide.id)).toBe(winterTide.id)
  })

  it('is unknown by the word of the catalogue alone', async () => {
    await expect(answering(404).findTitle('nothing')).rejects.toMatchObject({ code: 'content_not_found' })
    await expect(answering(200, mangoSeason).findTitle('x')).rejects.toMatchObject({
      code: 'content_not_found',
    })
    await expect(answering(500).findTitle('nothing')).rejects.toMatchObject({ code: 'unavailable' })
  })
})
