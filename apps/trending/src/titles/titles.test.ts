import { afterAll, describe, expect, it } from '@jest/globals'
import { Content, ContentSummary, world } from '@marquee/contracts'
import { settle } from '@marquee/test-kit'
import { testCounters } from '../testing/counters.js'
import { idOf, titleState } from '../testing/titles.js'
import { createAskCatalog } from './ask-catalog.js'
import { titleOfContent, titleOfEvent } from './title-state.js'
import { applyTitles, publishedIds, type TitleState } from './title-store.js'

const test = testCounters()
const counters = test.open()
const { redis, key } = counters
afterAll(test.close)

const kept = (id: string) => redis.hgetall(key(`title:${id}`))

describe('what is kept of a title', () => {
  it('is its newest version, whatever order they come in', async () => {
    const versions = [2, 1, 4, 3, 4].map((version) =>
      titleState({ id: idOf(1), slug: `v${version}`, version }),
    )
    expect(await applyTitles(counters, versions)).toEqual([true, false, true, false, false])
    expect(await kept(idOf(1))).toMatchObject({ version: '4', slug: 'v4' })
    expect(await redis.hgetall(key('slugs'))).toEqual({ v4: idOf(1) })
  })

  it('is a tombstone after a deletion, that no older event brings back', async () => {
    await applyTitles(counters, [
      titleState({ id: idOf(2), slug: 'gone', version: 5 }),
      { id: idOf(2), version: 6, status: 'archived' },
    ])
    expect(await applyTitles(counters, [titleState({ id: idOf(2), slug: 'gone', version: 5 })])).toEqual([
      false,
    ])
    expect(await kept(idOf(2))).toEqual({ version: '6', status: 'archived' })
    expect(await redis.hget(key('slugs'), 'gone')).toBeNull()
    expect(
      await applyTitles(counters, [
        { id: idOf(3), version: 2, status: 'archived' },
        titleState({ id: idOf(3) }),
      ]),
    ).toEqual([true, false])
  })

  it('leaves a slug to the title that took it over', async () => {
    await applyTitles(counters, [
      titleState({ id: idOf(4), slug: 'shared', version: 1 }),
      titleState({ id: idOf(5), slug: 'shared', version: 1 }),
      titleState({ id: idOf(4), slug: 'moved', version: 2 }),
    ])
    expect(await redis.hmget(key('slugs'), 'shared', 'moved')).toEqual([idOf(5), idOf(4)])
  })

  it('tells the published ones', async () => {
    await applyTitles(counters, [titleState({ id: idOf(6), slug: 'draft', status: 'draft' })])
    expect(await publishedIds(counters)).toEqual([idOf(1), idOf(4), idOf(5)])
  })

  it('is the same from an event and from the catalogue, in the shape of a summary', () => {
    const content = Content.parse(world.contents.paperLanterns)
    const state = titleOfContent(content)
    expect(titleOfEvent(content, content.version)).toEqual(state)
    expect(ContentSummary.strict().parse(JSON.parse(state.summary))).toEqual(world.summaries.paperLanterns)
  })
})

describe('asking the catalogue', () => {
  const answering = (status: number, body: unknown = {}) => {
    const asked: string[] = []
    const get = async (path: string) => {
      asked.push(path)
      return { status, headers: {}, body: Buffer.from(JSON.stringify(body)) }
    }
    const kept: TitleState[] = []
    return { asked, kept, ask: createAskCatalog({ get }, async (title) => kept.push(title)) }
  }

  it('asks once for all who wait, and again for who comes later', async () => {
    const { asked, kept, ask } = answering(200, world.contents.winterTide)
    await Promise.all(Array.from({ length: 20 }, () => ask('winter-tide')))
    expect(asked).toEqual(['/api/v1/content/winter-tide'])
    expect(kept).toMatchObject([{ id: world.contents.winterTide.id, version: 1, status: 'published' }])
    await settle(async () => {
      await ask('winter-tide')
      expect(asked).toHaveLength(2)
    })
  })

  it('takes its 404 for ours, and nothing else', async () => {
    const { ask: askUnknown, kept } = answering(404)
    await expect(askUnknown('x')).rejects.toMatchObject({ code: 'content_not_found' })
    expect(kept).toEqual([])
    for (const status of [500, 502, 503, 429, 403])
      await expect(answering(status).ask('x')).rejects.toMatchObject({
        code: 'unavailable',
        headers: { 'retry-after': '2' },
      })
    const ask = createAskCatalog({ get: () => Promise.reject(new Error('refused')) }, async () => undefined)
    await expect(ask('x')).rejects.toMatchObject({ code: 'unavailable' })
    await expect(ask('x')).rejects.toMatchObject({ code: 'unavailable' })
  })
})
