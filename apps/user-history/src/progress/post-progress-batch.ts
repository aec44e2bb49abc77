import { CreateProgressBatch, idempotencyKey, ProgressBatch, type Viewer, z } from '@marquee/contracts'
import { isOutage } from '@marquee/postgres'
import { ApiError, endpoint, json, type Logger, type Reply } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { createBatches } from '../in-batches.js'
import { own } from '../pages.js'
import type { KnownEpisode } from '../titles/episode-store.js'
import { createFindEpisode } from '../titles/find-episode.js'
import { userOf } from '../users/user-of.js'
import { createReadViewer } from '../users/viewer-store.js'
import { writeOnce } from '../write-once.js'
import { createKeeper } from './create-keeper.js'
import { type AskedOf, askedOf, type Kept, keepTogether } from './keep-reports.js'
import { presentProgress, type Told } from './present-progress.js'
import { type Problem, type Readable, readBatch } from './read-batch.js'

type Item = ProgressBatch['items'][number]
type Found = Readable & { episode: KnownEpisode }
/** Keeps the reports of each title, and tells what became of it. */
type Keep = (titles: AskedOf[]) => Promise<PromiseSettledResult<Kept[]>[]>

export function postProgressBatch(userHistory: UserHistory) {
  const { primary, limits, clock } = userHistory
  const findEpisode = createFindEpisode(userHistory)
  const readViewer = createReadViewer(userHistory)
  const keepTitle = createKeeper(userHistory)
  // One batch of a viewer at a time: who hands in many waits for his own.
  const inTurn = createBatches<() => Promise<Reply>, Reply>({
    size: 1,
    patienceMs: limits.upstreamTimeoutMs,
    isOutage: () => true,
    run: async (_, [work]) => [await work!()],
  })

  /** All that may take its time is done before a transaction is opened. */
  async function prepare(body: CreateProgressBatch, viewer: Viewer, log: Logger) {
    const userId = userOf(viewer)
    const [now, known] = await Promise.all([clock.now(), readViewer(userId)])
    const { readable, problems } = readBatch(body, now, limits.reportAheadMs)
    const found = await findAll(findEpisode, readable, problems, log)
    const told: Told = { roles: viewer.roles, viewer: known, now }
    return async (keep: Keep): Promise<Reply> => {
      const items = await keepAll(found, { userId, keep, log, problems }, (kept, { episode }) =>
        presentProgress(kept, episode, told, limits),
      )
      return json(200, { items: body.items.map((_, at) => items.get(at)!) }, own)
    }
  }

  return endpoint({
    method: 'POST',
    path: '/api/v1/progress/batch',
    operationId: 'reportProgressBatch',
    summary: 'Hand in many reports',
    description:
      'As a phone does that was offline: the same as one by one, in any order. Each report is answered for itself, in the order of the ' +
      'request: one that is wrong says why and where, and the others are kept. The reports of one title are kept together or not at all. ' +
      'Repeat it freely where reports name their session and sequence; with an `Idempotency-Key` the batch is one transaction, and its ' +
      'first answer is given again. It counts as one request for the rate limit and one more for every ' +
      `${limits.batchBytesPerRequest} bytes, about five reports, since it is that much more work; without a Content-Length as the largest.`,
    tag: 'Viewing',
    access: 'viewer',
    headers: z.object({ 'idempotency-key': idempotencyKey.optional() }),
    body: CreateProgressBatch,
    responses: { 200: { description: 'What became of each', schema: ProgressBatch } },
    problems: ['forbidden', 'unavailable'],
    async handle({ headers, body, viewer, log }) {
      const userId = userOf(viewer)
      const key = headers['idempotency-key']
      const once = { scope: `${userId} progress batch`, body, ttlMs: limits.idempotencyKeyTtlMs }
      return await inTurn(userId, async () => {
        const kept = await prepare(body, viewer, log)
        if (key === undefined) return await kept((titles) => Promise.allSettled(titles.map(keepTitle)))
        return await writeOnce(primary, { key, ...once }, (tx) =>
          kept(async (titles) => fulfilled(await keepTogether(tx, titles))),
        )
      })
    },
  })
}

const fulfilled = (all: Kept[][]) => all.map((value) => ({ status: 'fulfilled' as const, value }))
/** Episodes that are looked for at one time: the catalogue may have to be asked about each. */
const atOnce = 20

/** Those whose episode is found; of the others it is told why not. */
async function findAll(
  findEpisode: (id: string) => Promise<KnownEpisode>,
  readable: readonly Readable[],
  problems: Map<number, Problem>,
  log: Logger,
): Promise<Found[]> {
  const ids = [...new Set(readable.map(({ body }) => body.episodeId))]
  const found = new Map<string, PromiseSettledResult<KnownEpisode>>()
  for (let start = 0; start < ids.length; start += atOnce) {
    const portion = ids.slice(start, start + atOnce)
    const results = await Promise.allSettled(portion.map(findEpisode))
    for (const [place, result] of results.entries()) found.set(portion[place]!, result)
  }
  return readable.flatMap((one) => {
    const result = found.get(one.body.episodeId)!
    if (result.status === 'fulfilled') return [{ ...one, episode: result.value }]
    problems.set(one.at, problemOf(result.reason, log))
    return []
  })
}

interface Keeping {
  userId: string
  keep: Keep
  log: Logger
  problems: ReadonlyMap<number, Problem>
}

/** By their places. @throws what keeping throws where nothing at all could be kept */
async function keepAll(
  found: readonly Found[],
  { userId, keep, log, problems }: Keeping,
  present: (kept: Kept, one: Found) => NonNullable<Item['progress']>,
): Promise<Map<number, Item>> {
  const items = new Map<number, Item>([...problems].map(([at, problem]) => [at, { ok: false, problem }]))
  const titles = [...byTitle(found)]
  const results = await keep(
    titles.map(([contentId, own]) => ({
      of: { userId, contentId },
      asked: own.map(({ body, time, episode }) => askedOf(body, time, episode)),
    })),
  )
  const failed = results.filter((result) => result.status === 'rejected')
  if (failed.length > 0 && failed.length === results.length) throw failed[0]!.reason
  for (const [title, result] of results.entries())
    for (const [place, one] of titles[title]![1].entries())
      items.set(
        one.at,
        result.status === 'fulfilled'
          ? { ok: true, progress: present(result.value[place]!, one) }
          : { ok: false, problem: problemOf(result.reason, log) },
      )
  return items
}

function byTitle(found: readonly Found[]): Map<string, Found[]> {
  const titles = new Map<string, Found[]>()
  for (const one of found) {
    const { contentId } = one.episode
    titles.set(contentId, [...(titles.get(contentId) ?? []), one])
  }
  return titles
}

function problemOf(error: unknown, log: Logger): Problem {
  if (error instanceof ApiError) return { code: error.code, detail: error.message }
  if (isOutage(error)) return { code: 'unavailable', detail: 'The store does not answer; try again shortly.' }
  log.error({ err: error }, 'reports of a batch not kept')
  return { code: 'internal', detail: 'This report could not be kept.' }
}
