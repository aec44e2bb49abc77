import {
  ContinueList,
  ContinuePolicy,
  type ContinuePolicy as Policy,
  Uuid,
  type Viewer,
  z,
} from '@marquee/contracts'
import { endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { nextPage, own, type PageOf, pageQuery, placeOf } from '../pages.js'
import { userOf } from '../users/user-of.js'
import { readViewer } from '../users/viewer-store.js'
import { findContinue, type Judged, judgeTitle, placeOf as placeIn, type Whose } from './find-continue.js'
import { presentExplanation, presentItem } from './present-continue.js'
import { readTitle } from './watching-store.js'

const path = '/api/v1/continue-watching'

export const listContinueWatching = (userHistory: UserHistory) =>
  endpoint({
    method: 'GET',
    path,
    operationId: 'listContinueWatching',
    summary: 'Titles to go on with',
    description:
      'Of each title the episode to resume, or the next one that the viewer may watch, and the rule that decided. Latest activity first, ' +
      'or the time at which the next episode came where that is later; so a title that was left long ago is back at the top with its ' +
      'new episode. `explain=1` adds how each was decided; with `contentId` for that title alone, also when it is absent.',
    tag: 'Viewing',
    access: 'viewer',
    query: z.object({
      ...pageQuery,
      policy: ContinuePolicy.optional().describe('Left out: the one in the settings of the viewer'),
      explain: z.enum(['0', '1']).optional().describe('1: tell how it was decided'),
      contentId: Uuid.optional().describe('This title alone'),
    }),
    responses: {
      200: {
        description: 'A page of titles',
        schema: ContinueList,
        headers: { Link: 'The next page, if there is one' },
      },
    },
    problems: ['forbidden', 'unavailable'],
    async handle({ query: { limit, cursor, policy, explain, contentId }, viewer }) {
      const { primary, cursorKey } = userHistory
      const list: PageOf = {
        key: cursorKey,
        path,
        userId: userOf(viewer),
        filters: { policy, explain, contentId },
      }
      const below = placeOf(list, cursor)
      const whose = await whoseList(userHistory, viewer, policy)
      const found = contentId
        ? [judgeTitle(whose, await readTitle(primary, whose.userId, contentId))]
        : await findContinue(primary, whose, below, limit + 1)
      const shown = found.slice(0, limit)
      const more = found.length > limit ? nextPage(list, limit, placeIn(shown.at(-1)!)) : null
      return json(
        200,
        {
          items: shown.flatMap(presentItem),
          next: more?.next ?? null,
          ...(explain === '1' && {
            explanations: shown.map((one: Judged) => presentExplanation(one, whose)),
          }),
        },
        { ...own, ...(more && { link: more.link }) },
      )
    },
  })

async function whoseList(
  { primary, clock }: UserHistory,
  viewer: Viewer,
  policy: Policy | undefined,
): Promise<Whose> {
  const userId = userOf(viewer)
  const [known, now] = await Promise.all([readViewer(primary, userId), clock.now()])
  return { userId, roles: viewer.roles, known, policy: policy ?? known.settings.continuePolicy, now }
}
