import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { settle, testEngines } from '@marquee/test-kit'
import { publish, type Told } from './testing/publish.js'
import { serveUserHistory } from './testing/serve.js'

const { winterTide, paperLanterns } = world.contents
const { winterTide1, winterTide2, paperLanterns1 } = world.episodes
let place: Awaited<ReturnType<typeof serveUserHistory>>
let app: Awaited<ReturnType<typeof place.start>>
beforeAll(async () => {
  place = await serveUserHistory({ kafka: testEngines().kafka })
  app = await place.start()
  await app.idle()
})
afterAll(() => place.close())

const tell = async (...events: Told[]) => {
  await publish(place.topicPrefix, events)
  await app.idle()
}
const statuses = async (table: string, ids: string[]) =>
  (
    await place.primary.query(`SELECT id, status, version FROM ${table} WHERE id = ANY($1) ORDER BY id`, [
      ids,
    ])
  ).rows
const report = (episode: { id: string }) =>
  app.report(randomUUID(), { episodeId: episode.id, position: 30, duration: 1000 })

describe('what the catalogue tells', () => {
  it('makes its titles and episodes known, so that it need not be asked', async () => {
    await tell(
      { type: 'content.created', version: 1, data: winterTide },
      { type: 'episode.created', version: 1, data: winterTide1 },
      { type: 'episode.created', version: 1, data: { ...winterTide2, status: 'draft' } },
    )
    place.catalog.state.status = 500
    const { status, json } = await report(winterTide1)
    expect([status, json.next]).toEqual([200, null])
    await tell({ type: 'episode.published', version: 2, data: winterTide2 })
    expect((await report(winterTide1)).json.next).toMatchObject({ episodeId: winterTide2.id })
    place.catalog.state.status = 200
    expect(place.catalog.asked).toEqual([])
  })

  it('takes them away, whatever comes late', async () => {
    await tell(
      { type: 'episode.deleted', version: 3, data: { id: winterTide2.id, contentId: winterTide.id } },
      { type: 'episode.updated', version: 2, data: winterTide2 },
      { type: 'content.deleted', version: 4, data: { id: paperLanterns.id, slug: paperLanterns.slug } },
      { type: 'content.updated', version: 3, data: paperLanterns },
      { type: 'episode.created', version: 1, data: paperLanterns1 },
    )
    expect(await statuses('content_episodes', [winterTide2.id])).toEqual([
      { id: winterTide2.id, status: 'archived', version: 3 },
    ])
    expect(await statuses('content_titles', [paperLanterns.id])).toEqual([
      { id: paperLanterns.id, status: 'archived', version: 4 },
    ])
    place.catalog.episodes.find(({ id }) => id === winterTide2.id)!.status = 'archived'
    place.catalog.titles.find(({ id }) => id === paperLanterns.id)!.status = 'archived'
    for (const gone of [winterTide2, paperLanterns1]) expect((await report(gone)).status).toBe(404)
    expect((await report(winterTide1)).json.next).toBeNull()
  })
})

describe('who has only reviewed', () => {
  it('is a user too', async () => {
    const [userId, id] = [randomUUID(), randomUUID()]
    const data = { id, contentId: winterTide.id, userId, rating: 8 }
    await tell(
      { type: 'review.posted', version: 1, data },
      { type: 'review.posted', version: 1, data: { ...data, id: randomUUID() } },
    )
    await settle(async () => {
      const { rows } = await place.primary.query('SELECT id, username FROM users WHERE id = $1', [userId])
      expect(rows).toEqual([{ id: userId, username: null }])
    })
  })
})
