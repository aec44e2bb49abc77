import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { eventTypes, world } from '@marquee/contracts'
import { settle } from '@marquee/test-kit'
import { bulkDatabase, checksums, contents, events } from '../import/testing/bulk-database.js'
import { runCli } from '../import/testing/command-line.js'
import { seedTitles } from './seed-titles.js'

const today = '2026-11-21'
const progress = { at: () => undefined, end: () => undefined }
type Database = Awaited<ReturnType<typeof bulkDatabase>>

const databases: Database[] = []
async function another(): Promise<Database> {
  const made = await bulkDatabase()
  databases.push(made)
  return made
}
afterAll(() => Promise.all(databases.map((made) => made.close())))

const seed = ({ pool }: Database, titles: number) =>
  seedTitles(pool, { titles, seed: 1, today: new Date(today), progress, batch: 70 })

describe('a seed of 100 titles', () => {
  let database: Database
  const rows = async (text: string) => (await database.pool.query(text)).rows
  beforeAll(async () => {
    database = await another()
    await database.pool.query(`INSERT INTO genres (id, name) VALUES (gen_random_uuid(), 'CRIME')`)
    await database.pool.query(`INSERT INTO content_stats (content_id, total_views) VALUES ($1, 5)`, [
      world.contents.winterTide.id,
    ])
    expect(await seed(database, 100)).toMatchObject({ titles: 100, added: 100, unchanged: 0 })
  })

  it('begins with the named world and its ids', async () => {
    const named = Object.values(world.contents)
    const found = await rows('SELECT id, slug, title, status, created_at FROM content_metadata')
    expect(found).toHaveLength(100)
    expect(found).toEqual(
      expect.arrayContaining(
        named.map(({ id, slug, title, status, createdAt }) => ({
          id,
          slug,
          title,
          status,
          created_at: new Date(createdAt),
        })),
      ),
    )
    const episodes = await rows('SELECT id, content_id FROM episode_listing')
    expect(episodes).toEqual(
      expect.arrayContaining(
        Object.values(world.episodes).map(({ id, contentId }) => ({ id, content_id: contentId })),
      ),
    )
    const romance = await rows(`SELECT id FROM genres WHERE name = 'Romance'`)
    expect(romance).toEqual([{ id: world.genres.romance.id }])
  })

  it('takes a genre that an editor made before', async () => {
    const crime = await rows(`SELECT id FROM genres WHERE lower(name) = 'crime'`)
    const ofFerry = await rows(
      `SELECT genre_id AS id FROM content_genres WHERE content_id = '${world.contents.lastFerry.id}'`,
    )
    expect(crime).toHaveLength(1)
    expect(ofFerry).toContainEqual(crime[0])
  })

  it('tells each title and each episode once, as its event type wants it', async () => {
    for (const [noun, table] of [
      ['content', 'content_metadata'],
      ['episode', 'episodes'],
    ] as const) {
      const told = await rows(
        `SELECT subject, subject_version, body FROM outbox WHERE type = '${noun}.created'`,
      )
      const ids = await rows(`SELECT id FROM ${table}`)
      expect(told.map(({ subject }) => subject).sort()).toEqual(ids.map(({ id }) => id).sort())
      for (const { subject, subject_version, body } of told) {
        expect(subject_version).toBe(1)
        expect(eventTypes[`${noun}.created`].schema.parse(JSON.parse(body)).id).toBe(subject)
      }
    }
    expect(
      await rows(`SELECT type FROM outbox WHERE type NOT IN ('content.created', 'episode.created')`),
    ).toEqual([])
  })

  it('has statistics, at zero where none had come before, projections of everything, and one episode per movie', async () => {
    const [counts] =
      await rows(`SELECT (SELECT count(*) FROM content_stats WHERE total_views = 0 AND popularity = 0) AS stats,
      (SELECT sum(total_views)::integer FROM content_stats) AS views,
      (SELECT count(*) FROM content_listing) AS titles, (SELECT count(*) FROM episodes) - (SELECT count(*) FROM episode_listing) AS missing`)
    expect(counts).toEqual({ stats: 99, views: 5, titles: 100, missing: 0 })
    const movies = await rows(`SELECT count(e.id) AS episodes FROM content_metadata c
      LEFT JOIN episodes e ON e.content_id = c.id WHERE c.kind = 'movie' GROUP BY c.id`)
    expect(new Set(movies.map(({ episodes }) => episodes))).toEqual(new Set([1]))
  })

  it('changes nothing the second time', async () => {
    const before = await checksums(database.pool)
    expect(await seed(database, 100)).toMatchObject({ added: 0, unchanged: 100 })
    expect(await checksums(database.pool)).toEqual(before)
  })

  it('grows to a larger size as if that had been asked for at once', async () => {
    const [grown, whole] = [await another(), await another()]
    await seed(grown, 30)
    expect(await seed(grown, 90)).toMatchObject({ added: 60, unchanged: 30 })
    await seed(whole, 90)
    expect(await contents(grown.pool)).toEqual(await contents(whole.pool))
    const ids = 'SELECT id FROM episode_listing ORDER BY id'
    expect((await grown.pool.query(ids)).rows).toEqual((await whole.pool.query(ids)).rows)
  })
})

describe('a seed that is killed', () => {
  it('is completed by the next run', async () => {
    const { pool, url } = await another()
    const args = ['seed', '--size', 's', '--today', today, '--json']
    const { child, ended } = runCli(args, url)
    await settle(async () => (await pool.query('SELECT FROM content_listing LIMIT 1')).rowCount === 1, {
      timeoutMs: 30_000,
    })
    child.kill('SIGKILL')
    expect((await ended).code).toBeNull()
    const { code, stdout } = await runCli(args, url).ended
    expect(code).toBe(0)
    const { titles, added, unchanged } = JSON.parse(stdout)
    expect([titles, added + unchanged]).toEqual([2000, 2000])
    expect(unchanged).toBeGreaterThan(0)
    expect(added).toBeGreaterThan(0)
    expect(new Set((await events(pool)).map(({ slug }) => slug)).size).toBe(2000)
    const { rows } = await pool.query(
      `SELECT count(*) FILTER (WHERE type = 'content.created') AS titles, count(DISTINCT subject) - count(*) AS again,
       count(*) FILTER (WHERE type = 'episode.created') - (SELECT count(*) FROM episodes) AS missing FROM outbox`,
    )
    expect(rows).toEqual([{ titles: 2000, again: 0, missing: 0 }])
  })
})
