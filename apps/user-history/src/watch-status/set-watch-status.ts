import { SetWatchStatus, Uuid, WatchStatusItem, z } from '@marquee/contracts'
import { endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { saidAt } from '../continue-watching/title-rules.js'
import { readTitle, watchingOf } from '../continue-watching/watching-store.js'
import { own } from '../pages.js'
import { lockTitle } from '../progress/progress-store.js'
import { createFindTitle } from '../titles/find-title.js'
import { transactionAgain } from '../transaction-again.js'
import { userOf } from '../users/user-of.js'
import { presentStatus } from './present-status.js'
import { setStatus } from './status-store.js'

export function setWatchStatus(userHistory: UserHistory) {
  const { primary, clock } = userHistory
  const findTitle = createFindTitle(userHistory)
  return endpoint({
    method: 'PUT',
    path: '/api/v1/watch-status/{contentId}',
    operationId: 'setWatchStatus',
    summary: 'Set how the viewer stands to a title',
    description:
      'The status stays until the viewer watches the title again; then it follows from that. Score and notes stay whatever is watched; ' +
      'what is left out stays as it is, null takes it away.',
    tag: 'Lists',
    access: 'viewer',
    params: z.object({ contentId: Uuid }),
    body: SetWatchStatus,
    responses: { 200: { description: 'How he stands to it now', schema: WatchStatusItem } },
    problems: ['forbidden', 'content_not_found', 'unavailable'],
    async handle({ params: { contentId }, body, viewer }) {
      const of = { userId: userOf(viewer), contentId }
      const content = await findTitle(contentId)
      const now = await clock.now()
      const title = await transactionAgain(primary, async (tx) => {
        await lockTitle(tx, of)
        const before = await readTitle(tx, of.userId, contentId)
        const at = saidAt(watchingOf(before, now))
        const { status, score = before.said?.score ?? null, notes = before.said?.notes ?? null } = body
        await setStatus(tx, of, { status, at, score, notes }, before.startedAt)
        return await readTitle(tx, of.userId, contentId)
      })
      return json(200, presentStatus(content, title, now), own)
    },
  })
}
