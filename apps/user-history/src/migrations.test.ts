import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { migrate, type Pool } from '@marquee/postgres'
import { silentLogger } from '@marquee/service-kit'
import { migrationsDir, testDatabase } from './testing/test-database.js'

let database: Awaited<ReturnType<typeof testDatabase>>
let primary: Pool
beforeAll(async () => {
  database = await testDatabase()
  primary = database.primary
})
afterAll(() => database.close())

const names = async (text: string): Promise<string[]> =>
  (await primary.query(text)).rows.map(({ name }) => name)
const tables = () =>
  names(
    `SELECT relname AS name FROM pg_class
     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') ORDER BY 1`,
  )

it('every table has a primary key, as its replica needs', async () => {
  const without = await names(
    `SELECT relname AS name FROM pg_class AS t WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
     AND NOT EXISTS (SELECT FROM pg_index WHERE indrelid = t.oid AND indisprimary)`,
  )
  expect(without.filter((name) => name !== 'migrations')).toEqual([])
})

it('the indexes that the documents name are there', async () => {
  const definitions = await names(`SELECT indexdef AS name FROM pg_indexes WHERE schemaname = 'public'`)
  const wanted = [
    /user_watch_history USING btree \(user_id, watched_at DESC, id DESC\)/,
    /user_progress USING btree \(user_id, effective_at DESC\) WHERE \(NOT completed\)/,
    /UNIQUE .* ONLY public.playback_sessions USING btree \(user_id, session_id, episode_id\)/,
    /progress_reports USING btree \(user_id, content_id\)/,
    /users USING btree \(created_at DESC, id DESC\)/,
  ]
  for (const index of wanted) expect(definitions).toContainEqual(expect.stringMatching(index))
})

it('go down to nothing and up again', async () => {
  const before = await tables()
  const options = { url: database.url, dir: migrationsDir, log: silentLogger }
  const down = await migrate({ ...options, direction: 'down', count: 100 })
  expect(await tables()).toEqual(['migrations'])
  expect(await migrate({ ...options, direction: 'up' })).toEqual(down.toReversed())
  expect(await tables()).toEqual(before)
})
