import { CreateProgress, idempotencyKey, Progress, z } from '@marquee/contracts'
import { ApiError, endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { own } from '../pages.js'
import { createFindEpisode } from '../titles/find-episode.js'
import { userOf } from '../users/user-of.js'
import { createReadViewer } from '../users/viewer-store.js'
import { writeOnce } from '../write-once.js'
import { createKeeper } from './create-keeper.js'
import { askedOf, type Kept, keepReports } from './keep-reports.js'
import { presentProgress } from './present-progress.js'
import { noTime } from './read-batch.js'
import { effectiveTime } from './report-rules.js'

export function postProgress(userHistory: UserHistory) {
  const { primary, limits, clock } = userHistory
  const findEpisode = createFindEpisode(userHistory)
  const readViewer = createReadViewer(userHistory)
  const keep = createKeeper(userHistory)
  return endpoint({
    method: 'POST',
    path: '/api/v1/progress',
    operationId: 'reportProgress',
    summary: 'Report where the viewer is',
    description:
      'What is kept follows from the set of reports, whatever order they come in: of a session the highest `sequence` counts, between ' +
      'sessions the latest report; positions under 5 s never replace a stronger one. A report with the same session, episode and ' +
      'sequence as an earlier one is a retry and changes nothing. The first report that completes or stops a session, or 30 idle ' +
      'minutes, make it one row of the watch history. An `Idempotency-Key` is not needed; with one the first answer is given again.',
    tag: 'Viewing',
    access: 'viewer',
    headers: z.object({ 'idempotency-key': idempotencyKey.optional() }),
    body: CreateProgress,
    responses: { 200: { description: 'The state of the episode after it', schema: Progress } },
    problems: [
      'forbidden',
      'episode_not_found',
      'idempotency_key_in_use',
      'idempotency_key_reused',
      'unavailable',
    ],
    async handle({ headers, body, viewer }) {
      const userId = userOf(viewer)
      const now = await clock.now()
      const time = effectiveTime(body, now, limits.reportAheadMs)
      if (time === null) {
        const { code, detail, errors } = noTime(limits.reportAheadMs, '/at')
        throw new ApiError(code, detail, { errors })
      }
      const [episode, known] = await Promise.all([findEpisode(body.episodeId), readViewer(userId)])
      const told = { roles: viewer.roles, viewer: known, now }
      const of = { userId, contentId: episode.contentId }
      const asked = askedOf(body, time, episode)
      const reply = (kept: Kept) => json(200, presentProgress(kept, episode, told, limits), own)
      const key = headers['idempotency-key']
      if (key === undefined) return reply((await keep({ of, asked: [asked] }))[0]!)
      const once = { key, scope: `${userId} progress`, body, ttlMs: limits.idempotencyKeyTtlMs }
      return await writeOnce(primary, once, async (tx) => reply((await keepReports(tx, of, [asked]))[0]!))
    },
  })
}
