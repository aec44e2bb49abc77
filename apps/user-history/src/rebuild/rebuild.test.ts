import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { connectKafka, type Kafka } from '@marquee/events'
import { silentLogger as log } from '@marquee/service-kit'
import { settle, testEngines } from '@marquee/test-kit'
import { v7 as uuidv7 } from 'uuid'
import { reconcile } from '../reconcile/reconcile-store.js'
import { publish, type Told } from '../testing/publish.js'
import { serveUserHistory } from '../testing/serve.js'
import { rebuildAnalytics } from './rebuild-analytics.js'
import { rebuildTitles } from './rebuild-titles.js'

const { winterTide, paperLanterns, jadeCourt } = world.contents
const { winterTide1, winterTide2 } = world.episodes
let place: Awaited<ReturnType<typeof serveUserHistory>>
let app: Awaited<ReturnType<typeof place.start>>
let kafka: Kafka
beforeAll(async () => {
  place = await serveUserHistory({ kafka: testEngines().kafka })
  app = await place.start()
  await app.idle()
  const { topicPrefix } = place
  kafka = connectKafka({ brokers: testEngines().kafka, clientId: 'test', log, topicPrefix })
})
afterAll(async () => {
  await kafka.close()
  await place.close()
})

const view = (contentId: string, viewerKey: string = randomUUID()): Told => ({
  type: 'content.viewed',
  subject: contentId,
  version: 1,
  data: { contentId, viewerKey, userId: null, sessionId: null },
})
const rating = (contentId: string, version: number, sum: number): Told => ({
  type: 'rating.changed',
  subject: contentId,
  version,
  data: { contentId, count: 2, sum, average: sum / 2 },
})
const tell = async (...events: Told[]) => {
  await publish(place.topicPrefix, events)
  await app.idle()
}
const rows = async (text: string) => (await place.primary.query(text)).rows
const figures = () =>
  rows(`SELECT content_id, day, views, unique_viewers, plays, completed_plays, seconds_watched, average_rating, rating_count
    FROM content_analytics ORDER BY 1, 2`)
const viewers = () => rows('SELECT * FROM content_day_viewers ORDER BY 1, 2, 3')
const audience = () => rows('SELECT content_id, viewers, plays FROM content_audience ORDER BY 1')
const watch = (sub: string) =>
  app.report(sub, {
    episodeId: winterTide1.id,
    position: 60,
    duration: 3720,
    sessionId: randomUUID(),
    state: 'stopped',
  })
const rebuild = (options = {}) => rebuildAnalytics(place.primary, kafka, options)

describe('daily figures', () => {
  it('are made anew from views, ratings and plays, and put in the place of damaged ones', async () => {
    await tell(
      ...Array.from({ length: 30 }, (_, n) => view(winterTide.id, `viewer-${n % 7}`)),
      ...Array.from({ length: 5 }, () => view(paperLanterns.id)),
      rating(winterTide.id, 1, 12),
      rating(winterTide.id, 2, 18),
    )
    for (let n = 0; n < 3; n++) await watch(randomUUID())
    const right = [await figures(), await viewers(), await audience()]
    expect(right[0]).toHaveLength(2)
    expect(await rebuild({ dryRun: true })).toMatchObject({ differing: 0, swapped: false })

    await place.primary.query(
      `UPDATE content_analytics SET views = 3, average_rating = 1 WHERE content_id = '${winterTide.id}'`,
    )
    await place.primary.query(`DELETE FROM content_analytics WHERE content_id = '${paperLanterns.id}'`)
    await place.primary.query(`DELETE FROM content_day_viewers WHERE viewer_key = 'viewer-3'`)
    await place.primary.query(
      `INSERT INTO content_day_viewers SELECT content_id, day, 'nobody' FROM content_day_viewers LIMIT 1`,
    )
    await place.primary.query('UPDATE content_audience SET plays = 99')
    const damaged = await figures()
    expect(await rebuild({ dryRun: true })).toMatchObject({ differing: 5, swapped: false })
    expect(await figures()).toEqual(damaged)

    expect(await rebuild()).toMatchObject({ what: 'analytics', differing: 5, swapped: true })
    expect([await figures(), await viewers(), await audience()]).toEqual(right)
    expect(await reconcile(place.primary)).toMatchObject({ agrees: true })
    expect(await rows(`SELECT relname FROM pg_class WHERE relname LIKE 'rebuild%'`)).toEqual([])
  })

  it('count what comes meanwhile once, while views and plays go on', async () => {
    let going = true
    let views = 0
    const viewing = (async () => {
      while (going) {
        await publish(
          place.topicPrefix,
          Array.from({ length: 20 }, () => view(jadeCourt.id)),
        )
        views += 20
      }
    })()
    const watching = (async () => {
      while (going) expect((await watch(randomUUID())).status).toBe(200)
    })()
    await settle(() => views > 40)
    for (let round = 0; round < 3; round++) expect(await rebuild()).toMatchObject({ swapped: true })
    going = false
    await Promise.all([viewing, watching])
    await app.idle()
    const [row] = await rows(
      `SELECT sum(views) AS views, sum(unique_viewers) AS viewers FROM content_analytics WHERE content_id = '${jadeCourt.id}'`,
    )
    expect(row).toEqual({ views, viewers: views })
    expect(await rebuild({ dryRun: true })).toMatchObject({ differing: 0 })
    expect(await reconcile(place.primary)).toMatchObject({ agrees: true })
  })

  it('stay as they are when the topic lacks views that were counted, or another rebuild runs', async () => {
    await place.primary.query(`INSERT INTO inbox (consumer, event_id) VALUES ('analytics', $1)`, [uuidv7()])
    const before = await figures()
    await expect(rebuild()).rejects.toThrow(
      '1 views were counted that the topic content.viewed does not hold',
    )
    expect(await figures()).toEqual(before)

    const outcomes = await Promise.allSettled([rebuild(), rebuild()])
    const reasons = outcomes.map((outcome) => String((outcome as PromiseRejectedResult).reason))
    expect(reasons.filter((reason) => reason.includes('Another rebuild runs'))).toHaveLength(1)
  })
})

describe('copies of titles', () => {
  const copies = async () => [
    await rows('SELECT id, version, status, slug, title FROM content_titles ORDER BY id'),
    await rows('SELECT id, content_id, version, status, title FROM content_episodes ORDER BY id'),
  ]
  const page = (items: object[]) => ({
    status: 200,
    headers: {},
    body: Buffer.from(JSON.stringify({ items, next: null })),
  })
  const catalog = (titles: object[], episodes: object[], meanwhile?: () => Promise<void>) => ({
    async get(path: string) {
      const answer = page(path.startsWith('/internal/titles') ? titles : episodes)
      await meanwhile?.()
      return answer
    },
  })

  it('are made anew from the catalogue; what events bring meanwhile is newer and stays', async () => {
    const title = (of: object, version: number) => ({ ...of, version })
    const titles = [
      title(winterTide, 4),
      title({ ...paperLanterns, status: 'archived' }, 2),
      title(jadeCourt, 1),
    ]
    const episodes = [title(winterTide1, 1), title(winterTide2, 3)]
    await rebuildTitles(place.primary, catalog(titles, episodes))
    const right = await copies()
    expect(right.map((table) => table.length)).toEqual([3, 2])

    await place.primary.query(`UPDATE content_titles SET title = 'Wrong' WHERE id = $1`, [winterTide.id])
    await place.primary.query('DELETE FROM content_titles WHERE id = $1', [jadeCourt.id])
    await place.primary.query('UPDATE content_episodes SET version = 2 WHERE id = $1', [winterTide2.id])
    await place.primary.query(
      `INSERT INTO content_titles (id, status, version, updated_at) VALUES ($1, 'published', 9, now() - interval '1 hour')`,
      [randomUUID()],
    )
    const again = (dryRun: boolean) => rebuildTitles(place.primary, catalog(titles, episodes), { dryRun })
    expect(await again(true)).toMatchObject({ differing: 4, swapped: false })
    expect(await again(false)).toMatchObject({ what: 'titles', built: 5, differing: 4, swapped: true })
    expect(await copies()).toEqual(right)

    const edited = async () =>
      tell({ type: 'content.updated', version: 5, data: { ...winterTide, title: 'Winter Tide II' } })
    await rebuildTitles(place.primary, catalog(titles, episodes, edited))
    expect(await rows(`SELECT title, version FROM content_titles WHERE id = '${winterTide.id}'`)).toEqual([
      { title: 'Winter Tide II', version: 5 },
    ])
  })
})
