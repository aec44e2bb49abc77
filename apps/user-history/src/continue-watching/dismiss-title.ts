import { Uuid, z } from '@marquee/contracts'
import { endpoint, noContent } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { own } from '../pages.js'
import { lockTitle } from '../progress/progress-store.js'
import { transactionAgain } from '../transaction-again.js'
import { userOf } from '../users/user-of.js'
import { keepDismissal } from './dismissals-store.js'
import { saidAt } from './title-rules.js'
import { readTitle, watchingOf } from './watching-store.js'

export const dismissTitle = ({ primary, clock }: UserHistory) =>
  endpoint({
    method: 'DELETE',
    path: '/api/v1/continue-watching/{contentId}',
    operationId: 'dismissTitle',
    summary: 'Take a title off continue watching',
    description:
      'It stays away until the viewer plays it again, or an episode comes that he may watch. What was watched stays as it is. A title of ' +
      'which nothing was watched has nothing to be taken off: that is answered the same.',
    tag: 'Viewing',
    access: 'viewer',
    params: z.object({ contentId: Uuid }),
    responses: { 204: { description: 'It is not in the list' } },
    problems: ['forbidden', 'unavailable'],
    async handle({ params: { contentId }, viewer }) {
      const of = { userId: userOf(viewer), contentId }
      const now = await clock.now()
      await transactionAgain(primary, async (tx) => {
        await lockTitle(tx, of)
        const title = await readTitle(tx, of.userId, contentId)
        if (title.revision !== null) await keepDismissal(tx, of, saidAt(watchingOf(title, now)))
      })
      return noContent(own)
    },
  })
