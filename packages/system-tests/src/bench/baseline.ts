import http from 'node:http'
import { type CreateProgress, defaultLimits, world } from '@marquee/contracts'
import { createPool, type Pool, query, sql, transaction } from '@marquee/postgres'
import { createLogger, createService, type Endpoint, json } from '@marquee/service-kit'
import { incrementViews } from '@marquee/trending/increment-views'
import { type Kept, keepReports } from '@marquee/user-history/keep-reports'
import { postProgress } from '@marquee/user-history/post-progress'
import { toReport } from '@marquee/user-history/report-rules'
import express from 'express'
import { createProxyMiddleware } from 'http-proxy-middleware'

/*
 * The other side of each comparison, a process of its own: `node baseline.js <kind>` with its settings on stdin as JSON; it tells its
 * port to the parent.
 */
interface Settings {
  /** The bytes and headers that the service answered, for the servers that hand them out again. */
  body: string
  headers: Record<string, string>
  target: string
  internalKey: string
  databaseUrl: string
}

const ready = (port: number) => process.send?.({ port })
const listening = (server: http.Server) =>
  server.listen(0, '127.0.0.1', () => {
    const address = server.address()
    if (address && typeof address === 'object') ready(address.port)
  })

const kinds: Record<string, (settings: Settings) => unknown> = {
  /** Node's own server with finished bytes. */
  bare({ body, headers }) {
    const bytes = Buffer.from(body)
    const fixed = { ...headers, 'content-length': bytes.length }
    return listening(http.createServer((_req, res) => res.writeHead(200, fixed).end(bytes)))
  },
  /** Express as it ships: `res.json` of a parsed value, no I/O. */
  express({ body }) {
    const value = JSON.parse(body)
    const app = express()
    app.get('/*path', (_req, res) => {
      res.json(value)
    })
    return listening(http.createServer(app))
  },
  /** Express as it ships with http-proxy-middleware and a keep-alive agent. */
  proxy({ target }) {
    const app = express()
    app.use(createProxyMiddleware({ target, agent: new http.Agent({ keepAlive: true }) }))
    return listening(http.createServer(app))
  },
  /** The endpoint that counts views, its checks and its answer, without Redis. */
  views: ({ internalKey }) =>
    serve(internalKey, {
      ...incrementViews({} as Parameters<typeof incrementViews>[0]),
      handle: ({ params }) =>
        json(
          200,
          { contentId: (params as { id: string }).id, counted: true, totalViews: 1, dayViews: 1 },
          { 'cache-control': 'no-store' },
        ),
    }),
  /** The endpoint that keeps reports, its checks and its answer; of each it keeps the position alone, in a transaction of its own. */
  upsert: (settings) =>
    serveProgress(settings, async (primary, row) => {
      const { userId, contentId, episodeId, position, duration, sessionId, sequence } = row
      await query(primary, upsert, [userId, contentId, episodeId, position, duration, sessionId, sequence])
      return row
    }),
  /** The same that keeps all of each, as the service does, in a transaction of its own. */
  transaction: (settings) =>
    serveProgress(settings, async (primary, { userId, contentId, ...body }) => {
      const known = { durationSeconds: body.duration, creditsStartSeconds: null }
      const asked = { datedHere: false, named: () => toReport(body, Date.now(), known) }
      const [kept] = await transaction(primary, (tx) => keepReports(tx, { userId, contentId }, [asked]))
      return kept!.episode
    }),
}

const log = createLogger('baseline', 'silent')
const contentOf = new Map(Object.values(world.episodes).map(({ id, contentId }) => [id, contentId]))
const upsert = sql(
  'bench.upsert',
  `INSERT INTO user_progress (user_id, content_id, episode_id, run, position, duration, completed, rule, session_id, sequence,
     effective_at)
   VALUES ($1, $2, $3, 1, $4, $5, false, 'not_completed', $6, $7, now())
   ON CONFLICT (user_id, episode_id, run) DO UPDATE SET position = excluded.position, duration = excluded.duration,
     session_id = excluded.session_id, sequence = excluded.sequence, effective_at = excluded.effective_at`,
)

type Row = CreateProgress & { userId: string; contentId: string }
type State = Pick<Kept['episode'], 'position' | 'duration'>

function serveProgress(
  { internalKey, databaseUrl }: Settings,
  keep: (primary: Pool, row: Row) => Promise<State>,
): Promise<void> {
  const primary = createPool({ url: databaseUrl, name: 'bench', log })
  return serve(internalKey, {
    ...postProgress({ primary, limits: defaultLimits } as Parameters<typeof postProgress>[0]),
    async handle({ body, viewer }) {
      const report = body as CreateProgress
      const contentId = contentOf.get(report.episodeId)!
      const { position, duration } = await keep(primary, { ...report, contentId, userId: viewer!.sub })
      const kept = { ...world.progress, episodeId: report.episodeId, contentId, position, duration }
      return json(200, kept, { 'cache-control': 'private, no-store' })
    },
  })
}

/** One endpoint of ours in a server as our apps have it. */
async function serve(internalKey: string, only: Endpoint): Promise<void> {
  const service = createService({
    ...{ name: 'baseline', log, host: '127.0.0.1', port: 0, internalKey, limits: defaultLimits },
    ...{ readiness: {}, endpoints: [only] },
  })
  ready((await service.listen()).port)
}

process.once('message', (settings: Settings) => void kinds[process.argv[2] ?? '']?.(settings))
process.on('disconnect', () => process.exit())
