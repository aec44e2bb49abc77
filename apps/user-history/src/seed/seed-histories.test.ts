import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { namedHistory, seedUsers } from '@marquee/seed'
import { settle } from '@marquee/test-kit'
import { compareAnalytics } from '../analytics/compare-plays-store.js'
import { runCli } from '../testing/command-line.js'
import { seedCatalog, seedTitles } from '../testing/seed-catalog.js'
import { serveUserHistory } from '../testing/serve.js'
import { testDatabase } from '../testing/test-database.js'
import { seedHistories } from './seed-histories.js'

const date = '2026-11-21'
const today = new Date(`${date}T00:00:00Z`)
const titles = seedTitles(200, today)
const quiet = () => ({ at: () => undefined, end: () => undefined })
type Database = Awaited<ReturnType<typeof testDatabase>>

const made: Database[] = []
async function another(): Promise<Database> {
  const database = await testDatabase()
  made.push(database)
  return database
}
afterAll(() => Promise.all(made.map((database) => database.close())))

const seed = ({ primary }: Database, users: number, more: object = {}) =>
  seedHistories(
    { primary, replica: null, catalog: seedCatalog(titles) },
    { users, seed: 1, today, progress: quiet, batch: 40, ...more },
  )

const written = [
  'users',
  'seeded_histories',
  'progress_reports',
  'user_titles',
  'playback_sessions',
  'user_progress',
  'user_watch_history',
  'content_viewers',
  'content_analytics',
  '(SELECT content_id, viewers, plays FROM content_audience)',
]
/** One checksum per table. */
const contents = async ({ primary }: Database) =>
  Object.fromEntries(
    await Promise.all(
      written.map(async (table) => {
        const text = `SELECT count(*) AS rows, md5(string_agg(row::text, ' ' ORDER BY row::text)) AS sum FROM ${table} AS row`
        return [table, (await primary.query(text)).rows[0]]
      }),
    ),
  )

describe('a seed of 200 people', () => {
  let database: Database
  const rows = async (text: string, values: unknown[] = []) =>
    (await database.primary.query(text, values)).rows
  const none = async (text: string) => expect((await rows(text)).slice(0, 3)).toEqual([])
  beforeAll(async () => {
    database = await another()
    expect(await seed(database, 200)).toMatchObject({ users: 200, added: 200, unchanged: 0 })
  })

  it('knows everybody, and their addresses in one column only', async () => {
    const people = await rows('SELECT id, email, username FROM users ORDER BY id')
    const wanted = seedUsers(200).map(({ id, email, username }) => ({ id, email, username }))
    expect(people).toEqual(wanted.sort((a, b) => (a.id < b.id ? -1 : 1)))
    const columns = await rows(
      `SELECT quote_ident(table_name) AS "table", quote_ident(column_name) AS "column" FROM information_schema.columns
       WHERE table_schema = 'public' AND data_type IN ('text', 'character varying', 'json', 'jsonb', 'ARRAY', 'bytea')`,
    )
    expect(columns.length).toBeGreaterThan(30)
    const holds = async ({ table, column }: { table: string; column: string }) =>
      (await rows(`SELECT FROM ${table} WHERE ${column}::text LIKE '%@people.example.com%' LIMIT 1`)).length >
      0
    const found: object[] = []
    for (const place of columns) if (await holds(place as never)) found.push(place)
    expect(found).toEqual([{ table: 'users', column: 'email' }])
  })

  it('gives each about a dozen plays, the named viewers their own', async () => {
    const counts = await rows('SELECT user_id AS id, count(*) AS plays FROM user_watch_history GROUP BY 1')
    const plays = counts.reduce((sum, row) => sum + row.plays, 0)
    expect(plays / 200).toBeGreaterThan(9)
    expect(plays / 200).toBeLessThan(15)
    const history = await rows(
      `SELECT id, user_id, content_id, episode_id, run, watched_at, watch_duration, completed FROM user_watch_history
       WHERE user_id = ANY($1) ORDER BY watched_at`,
      [Object.values(world.viewers).map(({ sub }) => sub)],
    )
    const { winterTide1, winterTide2, lastFerry1 } = world.episodes
    const play = (n: number, at: string, completed: boolean) => {
      const { playId, userId, contentId, episodeId, position } = namedHistory[n]!
      const watched = { watched_at: new Date(at), watch_duration: position, completed, run: 1 }
      return { id: playId, user_id: userId, content_id: contentId, episode_id: episodeId, ...watched }
    }
    expect(history).toEqual([
      play(2, '2026-11-17T20:00:00Z', true),
      play(0, '2026-11-18T18:00:00Z', true),
      play(1, '2026-11-19T19:00:00Z', false),
    ])
    expect(history.map((row) => row.episode_id)).toEqual([lastFerry1.id, winterTide1.id, winterTide2.id])
  })

  it('agrees in audience, daily figures and progress with the plays', async () => {
    await none(`SELECT * FROM
      (SELECT content_id, count(DISTINCT user_id) AS viewers, count(*) AS plays FROM user_watch_history GROUP BY 1) AS played
      FULL JOIN content_audience AS a USING (content_id)
      WHERE (played.viewers, played.plays) IS DISTINCT FROM (a.viewers, a.plays)`)
    await none(`SELECT * FROM
      (SELECT content_id, user_id, count(*) AS plays, max(watched_at) AS last FROM user_watch_history GROUP BY 1, 2) AS played
      FULL JOIN content_viewers AS v USING (content_id, user_id)
      WHERE (played.plays, played.last) IS DISTINCT FROM (v.plays, v.last_watched_at)`)
    expect(await compareAnalytics(database.primary)).toMatchObject({ agrees: true, views: 0, differ: [] })
    await none(`SELECT * FROM
      (SELECT user_id, episode_id, run, bool_or(completed) AS completed FROM user_watch_history GROUP BY 1, 2, 3) AS played
      FULL JOIN user_progress AS p USING (user_id, episode_id, run) WHERE played.completed IS DISTINCT FROM p.completed`)
    await none(`SELECT * FROM playback_sessions AS s FULL JOIN user_watch_history AS h ON h.id = s.play_id
      WHERE (s.user_id, s.episode_id, s.run, s.started_at, round(s.watched)::integer, s.completed)
        IS DISTINCT FROM (h.user_id, h.episode_id, h.run, h.watched_at, h.watch_duration, h.completed)`)
  })

  it('is seen to differ when a figure of a day is wrong, or a play is gone', async () => {
    const tx = await database.primary.connect()
    const { playId, contentId } = namedHistory[1]!
    const day = '2026-11-19'
    try {
      await tx.query('BEGIN')
      await tx.query(
        'UPDATE content_analytics SET seconds_watched = seconds_watched + 1 WHERE day = $1 AND content_id = $2',
        [day, contentId],
      )
      const wrong = await compareAnalytics(tx)
      expect(wrong).toMatchObject({ agrees: false, differing: 1, differ: [{ contentId, day }] })
      const { counted, played } = wrong.differ[0]!
      expect(counted).toEqual({ ...played, seconds: played.seconds + 1 })
      await tx.query(
        'UPDATE content_analytics SET seconds_watched = seconds_watched - 1 WHERE day = $1 AND content_id = $2',
        [day, contentId],
      )
      await tx.query('DELETE FROM user_watch_history WHERE id = $1', [playId])
      expect(await compareAnalytics(tx)).toMatchObject({ agrees: false, differ: [{ contentId, day }] })
    } finally {
      await tx.query('ROLLBACK')
      tx.release()
    }
  })

  it('lies in monthly partitions, within a year and before today', async () => {
    await none('SELECT * FROM user_watch_history_default')
    await none('SELECT * FROM content_analytics_default')
    const [span] = await rows(
      `SELECT min(watched_at) >= $1::timestamptz - interval '365 days' AND max(latest_at) <= $1 AS inside,
         max(watched_at) > $1::timestamptz - interval '3 days' AS recent
       FROM user_watch_history JOIN playback_sessions ON play_id = user_watch_history.id`,
      [today],
    )
    expect(span).toEqual({ inside: true, recent: true })
  })

  it('keeps the titles as events would', async () => {
    const [{ titles: kept, episodes }] = await rows(
      'SELECT (SELECT count(*) FROM content_titles) AS titles, (SELECT count(*) FROM content_episodes) AS episodes',
    )
    expect([kept, episodes]).toEqual([titles.length, titles.flatMap((title) => title.episodes).length])
  })

  it('changes nothing the second time, also on another day, and asks nobody', async () => {
    const before = await contents(database)
    const catalog = seedCatalog(titles)
    const options = { users: 200, seed: 1, today: new Date('2026-12-24'), progress: quiet }
    const report = await seedHistories({ primary: database.primary, replica: null, catalog }, options)
    expect(report).toMatchObject({ added: 0, unchanged: 200, plays: 0 })
    expect(await contents(database)).toEqual(before)
    expect(catalog.asked).toEqual([])
  })

  it('is the same in another database, at once, in parts, or after a run that failed in the middle', async () => {
    const wanted = await contents(database)
    const parts = await another()
    await seed(parts, 60)
    expect(await seed(parts, 200)).toMatchObject({ added: 140, unchanged: 60 })
    expect(await contents(parts)).toEqual(wanted)

    const failed = await another()
    const failing = (label: string) => ({
      at: (n: number) => {
        if (label === 'people' && n >= 80) throw new Error('the power failed')
      },
      end: () => undefined,
    })
    await expect(seed(failed, 200, { progress: failing })).rejects.toThrow('the power failed')
    const { added, unchanged } = await seed(failed, 200)
    expect(unchanged).toBeGreaterThanOrEqual(80)
    expect(added + unchanged).toBe(200)
    expect(await contents(failed)).toEqual(wanted)
  })

  it('differs with another seed', async () => {
    const other = await another()
    await seed(other, 60, { seed: 2 })
    const ids = async ({ primary }: Database) =>
      (await primary.query('SELECT id FROM user_watch_history ORDER BY id')).rows.map(({ id }) => id)
    const own = new Set(await ids(database))
    // Those of the named world are the same in every seed.
    expect((await ids(other)).filter((id) => own.has(id))).toHaveLength(namedHistory.length)
  })
})

describe('a person who has watched before the seed', () => {
  it('keeps that, gets nothing beside it, and is named', async () => {
    const database = await another()
    const { mina } = world.viewers
    await database.primary.query('INSERT INTO users (id, display_name) VALUES ($1, $2)', [
      mina.sub,
      'Mina K.',
    ])
    await database.primary.query(
      `INSERT INTO user_watch_history (id, user_id, content_id, watched_at, watch_duration, completed, source)
       VALUES (gen_random_uuid(), $1, gen_random_uuid(), now(), 60, false, 'player')`,
      [mina.sub],
    )
    expect(await seed(database, 50)).toMatchObject({ added: 49, unchanged: 1 })
    const { rows } = await database.primary.query(
      `SELECT display_name AS name, username, (SELECT count(*) FROM user_watch_history WHERE user_id = users.id) AS plays
       FROM users WHERE id = $1`,
      [mina.sub],
    )
    expect(rows).toEqual([{ name: 'Mina K.', username: 'mina', plays: 1 }])
  })
})

describe('what is made up', () => {
  it('is what the same reports come to when a player sends them', async () => {
    const seeded = await another()
    await seed(seeded, 5)
    const place = await serveUserHistory()
    try {
      const app = await place.start()
      const { rows: reports } = await seeded.primary.query(
        `SELECT user_id, episode_id AS "episodeId", session_id, sequence, effective_at AS at, position, duration, state, device,
           quality, subtitles FROM progress_reports ORDER BY effective_at`,
      )
      for (const { user_id, session_id, subtitles, at, ...report } of reports) {
        const named = { ...report, sessionId: session_id.replace(' ', '-'), at: at.toISOString() }
        const { status } = await app.report(user_id, subtitles === null ? named : { ...named, subtitles })
        expect(status).toBe(200)
      }
      const state = async (primary: Database['primary']) => ({
        progress: (
          await primary.query(
            `SELECT user_id, content_id, episode_id, run, position, duration, completed, rule, sequence, effective_at
             FROM user_progress ORDER BY 1, 2, 3`,
          )
        ).rows,
        plays: (
          await primary.query(
            `SELECT user_id, content_id, episode_id, run, watched_at, watch_duration, completed, device_info, quality_watched,
               subtitles_used FROM user_watch_history ORDER BY 1, 2, 3`,
          )
        ).rows,
        sessions: (
          await primary.query(
            `SELECT user_id, content_id, episode_id, run, started_at, latest_at, last_sequence, last_at, last_position, watched,
               completed, stopped, device, quality, subtitles FROM playback_sessions ORDER BY 1, 2, 3`,
          )
        ).rows,
        figures: (await primary.query('SELECT * FROM content_analytics ORDER BY 1, 2')).rows,
        viewers: (await primary.query('SELECT * FROM content_viewers ORDER BY 1, 2')).rows,
      })
      const live = await state(place.primary)
      expect(live.plays).toHaveLength(namedHistory.length)
      expect(live).toEqual(await state(seeded.primary))
    } finally {
      await place.close()
    }
  })
})

describe('a seed that is killed', () => {
  it('is completed by the next run', async () => {
    const database = await another()
    // The titles are known already, as by their events: the command needs no catalogue.
    await seed(database, 5)
    const args = ['seed', '--size', 's', '--today', date, '--json']
    const { child, ended } = runCli(args, { DATABASE_URL: database.url })
    const begun = async () => (await database.primary.query('SELECT FROM users LIMIT 6')).rowCount === 6
    await settle(begun, { timeoutMs: 30_000 })
    child.kill('SIGKILL')
    expect((await ended).code).toBeNull()
    const { code, stdout } = await runCli(args, { DATABASE_URL: database.url }).ended
    expect(code).toBe(0)
    const { added, unchanged } = JSON.parse(stdout)
    expect([added > 0, unchanged > 5, added + unchanged]).toEqual([true, true, 1000])
    const { rows } = await database.primary.query('SELECT count(*) AS people FROM users')
    expect(rows).toEqual([{ people: 1000 }])
    expect(await compareAnalytics(database.primary)).toMatchObject({ agrees: true })
  })
})
