import { idempotencyKey, Uuid, WatchStatusItem, z } from '@marquee/contracts'
import type { Tx } from '@marquee/postgres'
import { ApiError, endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { isActivity, lastWatchedAt, saidAt, statesOfRun } from '../continue-watching/title-rules.js'
import { readTitle, type WatchedTitle, watchingOf } from '../continue-watching/watching-store.js'
import { own } from '../pages.js'
import { titleState } from '../progress/progress-rules.js'
import { dropOthers, lockTitle, type Of, readReports, writeStates } from '../progress/progress-store.js'
import { createFindTitle } from '../titles/find-title.js'
import { transactionAgain } from '../transaction-again.js'
import { userOf } from '../users/user-of.js'
import { writeOnce } from '../write-once.js'
import { presentStatus } from './present-status.js'
import { keepRewatch } from './status-store.js'

export function beginRewatch(userHistory: UserHistory) {
  const { primary, clock, limits } = userHistory
  const findTitle = createFindTitle(userHistory)
  return endpoint({
    method: 'POST',
    path: '/api/v1/watch-status/{contentId}/rewatch',
    operationId: 'beginRewatch',
    summary: 'Watch a title again from the start',
    description:
      'Begins a run of its own: what was watched before stays in the history, and counts for this run no longer. A run of which nothing ' +
      'was watched yet is not begun a second time.',
    tag: 'Lists',
    access: 'viewer',
    params: z.object({ contentId: Uuid }),
    headers: z.object({ 'idempotency-key': idempotencyKey.optional() }),
    responses: { 200: { description: 'How the viewer stands to it now', schema: WatchStatusItem } },
    problems: ['forbidden', 'content_not_found', 'conflict', 'idempotency_key_reused', 'unavailable'],
    async handle({ params: { contentId }, headers, viewer }) {
      const of = { userId: userOf(viewer), contentId }
      const content = await findTitle(contentId)
      const now = await clock.now()
      const work = async (tx: Tx) => json(200, presentStatus(content, await begin(tx, of, now), now), own)
      const key = headers['idempotency-key']
      if (key === undefined) return await transactionAgain(primary, work)
      const scope = `${of.userId} rewatch`
      return await writeOnce(
        primary,
        { key, scope, body: contentId, ttlMs: limits.idempotencyKeyTtlMs },
        work,
      )
    },
  })
}

/** @returns the title with its new run */
async function begin(tx: Tx, of: Of, now: number): Promise<WatchedTitle> {
  await lockTitle(tx, of)
  const title = await readTitle(tx, of.userId, of.contentId)
  const watching = watchingOf(title, now)
  if (lastWatchedAt(watching) === null)
    throw new ApiError(
      'conflict',
      'Nothing of this title was watched yet, so there is nothing to watch again.',
    )
  if (![...statesOfRun(watching.watched).values()].some(isActivity)) return title
  const begun = await keepRewatch(tx, of, saidAt(watching))
  // A report under 5 s that a fast clock dated ahead belongs to the new run.
  const state = titleState(await readReports(tx, of), begun)
  await writeStates(tx, [{ of, state, reports: [] }])
  await dropOthers(tx, of, state)
  return await readTitle(tx, of.userId, of.contentId)
}
