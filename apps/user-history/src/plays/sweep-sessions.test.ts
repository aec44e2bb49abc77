import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { createLease, createPool, type Lease, type Tx, transaction } from '@marquee/postgres'
import { silentLogger as log } from '@marquee/service-kit'
import { proxyTo, settle } from '@marquee/test-kit'
import { keepReports } from '../progress/keep-reports.js'
import { toReport } from '../progress/report-rules.js'
import { serveUserHistory } from '../testing/serve.js'
import { closeSessions } from './play-store.js'
import { sweepSessions } from './sweep-sessions.js'

const { winterTide1, paperLanterns1, jadeCourt1 } = world.episodes
const idleMs = 1_800_000
let place: Awaited<ReturnType<typeof serveUserHistory>>
let app: Awaited<ReturnType<typeof place.start>>
let lease: Lease
let me: string
beforeAll(async () => {
  place = await serveUserHistory()
  app = await place.start()
  lease = createLease(place.primary, 'test', 'test', { ttlMs: 60_000 })
  await settle(() => lease.epoch() !== null)
})
afterAll(async () => {
  await lease.release()
  await place.close()
})
beforeEach(() => {
  me = randomUUID()
})

const sweep = (more: Partial<Parameters<typeof sweepSessions>[0]> = {}) =>
  sweepSessions({ primary: place.primary, lease, log, idleMs, quietMs: 0, ...more })
const plays = async () =>
  (
    await place.primary.query(
      'SELECT episode_id, watched_at, watch_duration, completed FROM user_watch_history WHERE user_id = $1 ORDER BY watched_at',
      [me],
    )
  ).rows
const body = {
  episodeId: winterTide1.id,
  duration: 3720,
  sessionId: 'tv',
  state: 'playing' as const,
}
const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
const begin = (minutes: number, episode = winterTide1, sessionId = 'tv') =>
  app.report(me, {
    episodeId: episode.id,
    duration: episode.durationSeconds!,
    sessionId,
    sequence: 1,
    at: ago(minutes),
    position: 60,
  })

/** Until somebody waits for a lock that is held here. */
async function waitsFor(holder: Tx) {
  const { rows } = await holder.query('SELECT pg_backend_pid() AS pid')
  await settle(async () => {
    const waiting = await place.primary.query(
      'SELECT FROM pg_stat_activity WHERE pg_blocking_pids(pid) @> ARRAY[$1::integer]',
      [rows[0].pid],
    )
    return waiting.rowCount === 1
  })
}

describe('a session that nobody ended', () => {
  it('becomes one play after 30 idle minutes, and not before', async () => {
    const { json } = await begin(50)
    await begin(29, paperLanterns1)
    expect(json).toMatchObject({ completed: false })
    await app.report(me, {
      ...{ episodeId: winterTide1.id, duration: 3720, sessionId: 'tv', sequence: 2 },
      ...{ at: ago(40), position: 600 },
    })
    expect(await sweep()).toBe(1)
    const play = { episode_id: winterTide1.id, watch_duration: 540, completed: false }
    expect(await plays()).toMatchObject([play])
    expect(await sweep()).toBe(0)
    expect(await plays()).toMatchObject([play])
  })

  it('is left alone while its reports are still being handed in', async () => {
    await begin(50)
    expect(await sweep({ quietMs: 60_000 })).toBe(0)
    expect(await sweep({ quietMs: 0 })).toBe(1)
  })

  it('is no business of who does not lead', async () => {
    await begin(50)
    const other = createLease(place.primary, 'test', 'other')
    expect(await sweep({ lease: other })).toBe(0)
    await other.release()
    expect(await plays()).toEqual([])
    expect(await sweep()).toBe(1)
  })

  it('is one play also when two sweep at once, and its viewer comes back', async () => {
    for (let n = 0; n < 8; n++) await begin(50 + n, winterTide1, `s${n}`)
    const back = app.report(me, {
      ...{ episodeId: winterTide1.id, duration: 3720, sessionId: 's3', sequence: 2 },
      ...{ position: 90, state: 'stopped' as const },
    })
    await Promise.all([sweep(), back, sweep()])
    expect(await plays()).toHaveLength(8)
  })

  it('is no longer idle when its viewer comes back just before it is closed', async () => {
    await begin(50)
    const of = { userId: me, contentId: winterTide1.contentId }
    const back = { ...body, sequence: 2, position: 90 }
    const asked = { named: () => toReport(back, Date.now(), winterTide1), datedHere: false }
    let sweeping: Promise<number> | undefined
    await transaction(place.primary, async (tx) => {
      await keepReports(tx, of, [asked])
      sweeping = sweep()
      await waitsFor(tx)
    })
    expect(await sweeping).toBe(0)
    expect(await plays()).toEqual([])
  })

  it('cannot be closed twice', async () => {
    await begin(50)
    const session = { userId: me, sessionId: 'tv', episodeId: winterTide1.id }
    const close = () => transaction(place.primary, (tx) => closeSessions(tx, [session]))
    expect((await Promise.all([close(), close()])).sort()).toEqual([0, 1])
    expect(await close()).toBe(0)
    expect(await plays()).toHaveLength(1)
  })

  it('is made a play by the next sweep where the first was cut off in the middle', async () => {
    for (const [n, episode] of [winterTide1, paperLanterns1, jadeCourt1].entries())
      await begin(60 - n, episode)
    const link = await proxyTo(place.database.url)
    const primary = createPool({ url: link.url, name: 'dying', log })
    // The second waits for whoever counts its title: there the process dies.
    const blocker = await place.primary.connect()
    await blocker.query('BEGIN')
    await blocker.query(
      `INSERT INTO content_audience (content_id, viewers, plays) VALUES ($1, 0, 0)
       ON CONFLICT (content_id) DO UPDATE SET plays = content_audience.plays`,
      [paperLanterns1.contentId],
    )
    const dying = sweep({ primary })
    const failed = expect(dying).rejects.toThrow()
    await waitsFor(blocker)
    link.cut()
    await failed
    await blocker.query('ROLLBACK')
    blocker.release()
    expect(await plays()).toHaveLength(1)
    await settle(async () => {
      await sweep()
      expect(await plays()).toHaveLength(3)
    })
    expect(await sweep()).toBe(0)
    await primary.end()
    await link.close()
  })
})

describe('the job', () => {
  it('sweeps by itself', async () => {
    await begin(50)
    const quick = await serveUserHistory({ limits: { sessionSweepEveryMs: 100, leaseTtlMs: 600 } })
    try {
      const own = await quick.start()
      const body = { episodeId: winterTide1.id, duration: 3720, position: 60, at: ago(31) }
      await own.report(me, body)
      await settle(async () => {
        const { rows } = await quick.primary.query('SELECT plays FROM content_audience')
        expect(rows).toEqual([{ plays: 1 }])
      })
    } finally {
      await quick.close()
    }
  })
})
