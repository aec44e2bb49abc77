import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { CreateProgress } from '@marquee/contracts'
import { query, sql } from '@marquee/postgres'
import { seededRandom, shuffled } from '@marquee/seed'
import fc from 'fast-check'
import { continueWorld } from '../testing/continue-world.js'
import { serveUserHistory } from '../testing/serve.js'
import { type TitleState, titleState } from './progress-rules.js'
import { episodeJson, ms, sessionJson } from './progress-store.js'
import { effectiveTime, toReport } from './report-rules.js'

/** So many sets of reports are tried; the long form is 10,000: `MARQUEE_ORDER_RUNS=10000`. */
const runs = Number(process.env.MARQUEE_ORDER_RUNS ?? 200)
const perRunMs = 2000

let place: Awaited<ReturnType<typeof serveUserHistory>>
let apps: Awaited<ReturnType<typeof place.start>>[]
let title: Awaited<ReturnType<typeof continueWorld>>[number]
beforeAll(async () => {
  place = await serveUserHistory()
  apps = [await place.start('user-history'), await place.start('user-history#2')]
  title = (await continueWorld(place.primary, 1))[0]!
})
afterAll(() => place.close())

const noon = Date.UTC(2026, 0, 15, 12)

/** Stamped reports of three devices, no two of one name: few sessions, times and positions, so that everything collides. */
const reports = fc.uniqueArray(
  fc
    .record({
      episode: fc.nat(2),
      device: fc.constantFrom('tv', 'phone', 'desk'),
      sitting: fc.nat(1),
      sequence: fc.nat(9),
      at: fc.nat(40),
      position: fc.oneof(fc.constantFrom(0, 4, 5, 900, 901, 990, 1000), fc.nat(1000)),
      state: fc.constantFrom('playing' as const, 'paused' as const, 'stopped' as const),
      restart: fc.boolean(),
    })
    .map(({ sitting, ...one }) => ({ ...one, sessionId: `${one.device}-${sitting}` })),
  {
    minLength: 1,
    maxLength: 12,
    selector: ({ episode, sessionId, sequence }) => `${episode} ${sessionId} ${sequence}`,
  },
)
/** Which of them are sent again, and in what order all come. */
const deliveries = fc.record({
  again: fc.array(fc.nat(11), { maxLength: 6 }),
  order: fc.nat(),
  atOnce: fc.integer({ min: 1, max: 6 }),
})

const bodyOf = ({
  episode,
  at,
  restart,
  ...rest
}: (typeof reports extends fc.Arbitrary<infer T> ? T : never)[number]) =>
  CreateProgress.parse({
    ...{
      ...rest,
      episodeId: title.episodes[episode],
      duration: 1000,
      at: new Date(noon + at * 1000).toISOString(),
    },
    // A restart is one report of a sitting.
    ...(restart && rest.sequence % 3 === 0 && { restart }),
  })

const read = sql(
  'test.title-state',
  `SELECT t.run, ${ms('t.latest_at')} AS "latestAt",
     (SELECT coalesce(json_agg(${episodeJson('p')}), '[]') FROM user_progress AS p WHERE p.user_id = t.user_id) AS episodes,
     (SELECT coalesce(json_agg(${sessionJson('s')}), '[]') FROM playback_sessions AS s WHERE s.user_id = t.user_id) AS sessions,
     (SELECT count(*) FROM playback_sessions AS s WHERE s.user_id = t.user_id AND closed_at IS NOT NULL) AS closed,
     (SELECT count(*) FROM user_watch_history AS h WHERE h.user_id = t.user_id) AS plays
   FROM user_titles AS t WHERE t.user_id = $1`,
)
const sorted = (rows: object[]) => rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()
const comparable = ({ run, latestAt, episodes, sessions }: TitleState) => ({
  ...{ run, latestAt },
  ...{ episodes: sorted(episodes), sessions: sorted(sessions) },
})

it(
  'reports of three devices end in the state of their set: in any order, twice, at once and through two instances',
  async () => {
    await fc.assert(
      fc.asyncProperty(reports, deliveries, async (made, { again, order, atOnce }) => {
        const me = randomUUID()
        const bodies = made.map(bodyOf)
        const all = [...bodies, ...again.map((index) => bodies[index % bodies.length]!)]
        const waiting = [...shuffled(all, seededRandom(order)).entries()]
        while (waiting.length > 0)
          for (const { status } of await Promise.all(
            waiting.splice(0, atOnce).map(([n, body]) => apps[n % 2]!.report(me, body)),
          ))
            expect(status).toBe(200)

        const facts = { durationSeconds: 1000, creditsStartSeconds: null }
        const wanted = titleState(
          bodies.map((body) => toReport(body, effectiveTime(body, Date.now(), 0)!, facts)),
        )
        const [found] = await query<TitleState & { closed: number; plays: number }>(place.primary, read, [me])
        expect(comparable(found!)).toEqual(comparable(wanted))
        const over = wanted.sessions.filter(({ completed, stopped }) => completed || stopped).length
        expect([found!.closed, found!.plays]).toEqual([over, over])
      }),
      { numRuns: runs },
    )
  },
  runs * perRunMs,
)
