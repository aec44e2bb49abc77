import { CreateProgress, Progress } from '@marquee/contracts'
import { transaction } from '@marquee/postgres'
import { ApiError, endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { createTurns } from '../in-turn.js'
import { createFindEpisode } from '../titles/find-episode.js'
import { userOf } from '../users/user-of.js'
import { keepReport } from './keep-report.js'
import { presentProgress } from './present-progress.js'
import { effectiveTime, toReport } from './report-rules.js'

export function postProgress(userHistory: UserHistory) {
  const { primary, limits } = userHistory
  const findEpisode = createFindEpisode(userHistory)
  const inTurn = createTurns(limits.storeTimeoutMs)
  return endpoint({
    method: 'POST',
    path: '/api/v1/progress',
    operationId: 'reportProgress',
    summary: 'Report where the viewer is',
    description:
      'What is kept follows from the set of reports, whatever order they come in: of a session the highest `sequence` counts, between ' +
      'sessions the latest report; positions under 5 s never replace a stronger one. A report with the same session, episode and ' +
      'sequence as an earlier one is a retry and changes nothing. The first report that completes or stops a session, or 30 idle ' +
      'minutes, make it one row of the watch history.',
    tag: 'Viewing',
    access: 'viewer',
    body: CreateProgress,
    responses: { 200: { description: 'The state of the episode after it', schema: Progress } },
    problems: ['forbidden', 'episode_not_found', 'unavailable'],
    async handle({ body, viewer }) {
      const userId = userOf(viewer)
      const time = effectiveTime(body, Date.now(), limits.reportAheadMs)
      if (time === null) throw noTime(limits.reportAheadMs)
      const episode = await findEpisode(body.episodeId)
      const of = { userId, contentId: episode.contentId }
      const named = (attempt: number) => toReport(body, time + attempt, episode)
      const datedHere = body.at === undefined && body.sequence === undefined
      const kept = await inTurn(`${userId} ${episode.contentId}`, () =>
        transaction(primary, (tx) => keepReport(tx, of, named, datedHere)),
      )
      return json(200, presentProgress(kept, episode, limits), { 'cache-control': 'private, no-store' })
    },
  })
}

const noTime = (aheadMs: number) => {
  const message = `expected a time after 1970 and at most ${aheadMs / 1000} s ahead of the server’s clock`
  return new ApiError('invalid_body', 'The time of this report cannot be.', {
    errors: [{ pointer: '/at', code: 'out_of_range', message }],
  })
}
