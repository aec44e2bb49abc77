import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { settle } from '@marquee/test-kit'
import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import pg from 'pg'
import { send } from '../client.js'
import { ops } from '../ops.js'
import { dataDir, readRun } from '../platform.js'

const { engines } = readRun()
const catalog = new pg.Client(engines.catalog)
const analytics = new pg.Client(engines.analytics)
const counters = new Redis(engines.counters)
const cache = new Redis(engines.cache)
const reviews = new MongoClient(engines.reviews)

beforeAll(() => Promise.all([catalog.connect(), analytics.connect(), reviews.connect()]))
afterAll(async () => {
  await Promise.all([catalog.end(), analytics.end(), reviews.close(), counters.quit(), cache.quit()])
})

interface Check {
  name: string
  between: string[]
  differing: number
  moving: number
  examples: object[]
}
const told = async () => {
  const { exitCode, json, stderr } = await ops('reconcile', '--json')
  if (!json) throw new Error(stderr)
  return { exitCode, checks: json.checks as Check[], rounds: json.rounds as number }
}
const wrong = (checks: Check[]) => checks.filter(({ differing, moving }) => differing + moving > 0)
const nameOf = ({ name, between }: Check) => `${name}: ${between.join(', ')}`

/** A title that several stores tell of, another for each damage. */
async function titles(count: number): Promise<string[]> {
  const { rows } = await analytics.query<{ id: string }>(
    `SELECT DISTINCT t.id FROM content_titles AS t JOIN content_analytics AS a ON a.content_id = t.id
     WHERE t.status = 'published' AND a.views > 0 AND a.day > (now() AT TIME ZONE 'UTC')::date - 29 ORDER BY 1`,
  )
  const rated = await reviews
    .db()
    .collection<{ _id: string }>('review_summaries')
    .find({ count: { $gt: 0 } })
    .toArray()
  const both = new Set(rated.map(({ _id }) => _id))
  const ids = rows.map(({ id }) => id).filter((id) => both.has(id))
  expect(ids.length).toBeGreaterThanOrEqual(count)
  return ids.slice(-count)
}

/** Within a function, because every statement that the server has seen by itself must be one of ours (statements.test). */
async function spoilListed(id: string): Promise<void> {
  await catalog.query(
    `CREATE FUNCTION pg_temp.spoil(listed uuid) RETURNS void LANGUAGE sql
     AS $$ UPDATE content_listing SET title = 'Nobody wrote this' WHERE id = listed $$`,
  )
  await catalog.query('SELECT pg_temp.spoil($1)', [id])
}

/** Changes what is cached of a title, as nobody should. */
async function spoilCached(id: string): Promise<void> {
  const key = `content:v1:${id}`
  await settle(async () => {
    await send(`/api/v1/content/${id}`)
    return (await cache.hlen(key)) > 0
  })
  for (const [field, value] of Object.entries(await cache.hgetallBuffer(key)))
    await cache.hset(key, field, Buffer.concat([value.subarray(0, -2), Buffer.from(' }')]))
}

it('finds a changed row in each store, by name, and a rebuild puts it right', async () => {
  await settle(async () => expect(wrong((await told()).checks).map(nameOf)).toEqual([]), {
    timeoutMs: 60_000,
  })
  const [total, rating, day, copy, listed, cached] = await titles(6)

  await counters.hincrby('{t}:totals', total!, 5)
  await reviews
    .db()
    .collection<{ _id: string }>('review_summaries')
    .updateOne({ _id: rating! }, { $inc: { sum: 1 } })
  await analytics.query(
    `UPDATE content_analytics SET views = views + 1 WHERE (content_id, day) =
       (SELECT content_id, max(day) FROM content_analytics WHERE content_id = $1 AND views > 0 GROUP BY 1)`,
    [day],
  )
  await analytics.query(`UPDATE content_titles SET status = 'archived' WHERE id = $1`, [copy])
  await spoilListed(listed!)
  await spoilCached(cached!)

  const found = await told()
  expect([found.exitCode, found.rounds]).toEqual([1, 5])
  const examples = Object.fromEntries(
    wrong(found.checks).map((check) => [nameOf(check), JSON.stringify(check.examples)]),
  )
  const names = {
    'views by title: trending, catalog': total,
    'totals against buckets, by title: trending': total,
    'rating by title: reviews, catalog': rating,
    'summaries against reviews, by title: reviews': rating,
    'views by title and day: trending, user-history': day,
    'titles: catalog, user-history': copy,
    'content_listing: catalog': listed,
    'content cache: catalog': cached,
  }
  expect(Object.keys(examples).sort()).toEqual(Object.keys(names).sort())
  for (const [check, id] of Object.entries(names)) expect(examples[check]).toContain(id)
  const metrics = await readFile(join(dataDir, 'metrics', 'reconcile.prom'), 'utf8')
  expect(metrics).toContain('marquee_reconcile_difference{check="titles: catalog, user-history"} 1\n')
  expect(metrics).toContain('marquee_reconcile_difference{check="titles: catalog, reviews"} 0\n')

  for (const what of ['ratings', 'analytics', 'titles', 'projections']) {
    const told = await ops('rebuild', what, '--json')
    expect([what, told.exitCode, told.json?.differing, told.json?.swapped]).toEqual([what, 0, 1, true])
  }
  // A total is a fact, which nothing makes anew; and what is cached lives for five minutes.
  await counters.hincrby('{t}:totals', total!, -5)
  await cache.del(`content:v1:${cached}`)
  expect(wrong((await told()).checks)).toEqual([])
}, 400_000)

it('rebuilds the lists of trending too, and tells by its exit code that a dry run found nothing', async () => {
  const dry = await ops('rebuild', 'trending', '--dry-run', '--json')
  expect([dry.exitCode, dry.json.differing, dry.json.swapped]).toEqual([0, 0, false])
  const { exitCode, json } = await ops('rebuild', 'trending', '--json')
  expect([exitCode, json.what, json.swapped]).toEqual([0, 'trending', true])
})

it('refuses what cannot be rebuilt, and says what can', async () => {
  const { exitCode, stderr } = await ops('rebuild', 'everything')
  expect(exitCode).toBe(2)
  expect(stderr).toContain('trending, ratings, analytics, titles, projections')
})
