import { type Limits, PlayState, Uuid, type Viewer, z } from '@marquee/contracts'
import { endpoint, json } from '@marquee/service-kit'
import type { UserHistory } from '../context.js'
import { own } from '../pages.js'
import { autoNext } from '../progress/auto-next-rules.js'
import type { KnownEpisode } from '../titles/episode-store.js'
import { createFindEpisode } from '../titles/find-episode.js'
import { entitlementOf, nextEntitled } from '../titles/next-rules.js'
import { userOf } from '../users/user-of.js'
import { createReadViewer, type KnownViewer, newViewer } from '../users/viewer-store.js'
import { readResume } from './resume-store.js'

export function getPlayState(userHistory: UserHistory) {
  const { primary, clock, limits } = userHistory
  const findEpisode = createFindEpisode(userHistory)
  const readViewer = createReadViewer(userHistory)
  return endpoint({
    method: 'GET',
    path: '/internal/play/{episodeId}',
    operationId: 'getPlayState',
    summary: 'What the viewer needs to play an episode',
    description:
      'Whether he may, where he left it, what comes next for him and when: a part of what the gateway answers. Without a viewer it is ' +
      'told for nobody in particular.',
    tag: 'Internal',
    access: 'public',
    params: z.object({ episodeId: Uuid }),
    responses: { 200: { description: 'The state', schema: PlayState } },
    problems: ['forbidden', 'episode_not_found', 'unavailable'],
    async handle({ params: { episodeId }, viewer }) {
      const userId = viewer && userOf(viewer)
      const [episode, known, now] = await Promise.all([
        findEpisode(episodeId),
        userId === null ? newViewer : readViewer(userId),
        clock.now(),
      ])
      const resume = userId === null ? null : await readResume(primary, userId, episode)
      return json(200, present(episode, { viewer, known, now, resume }, limits), own)
    },
  })
}

interface For {
  viewer: Viewer | null
  known: KnownViewer
  now: number
  resume: PlayState['resume']
}

function present(episode: KnownEpisode, { viewer, known, now, resume }: For, limits: Limits): PlayState {
  const watcher = viewer && { roles: viewer.roles, ...known.rights }
  const next = nextEntitled(episode, watcher, now)
  const { creditsStartSeconds } = episode
  // Where nobody knows the length the credits alone tell when it ends.
  const duration = episode.durationSeconds ?? resume?.duration ?? creditsStartSeconds
  const follows = next !== null && duration !== null
  const timing = { enabled: known.settings.autoNext, countdownSeconds: limits.autoNextCountdownSeconds }
  return {
    episodeId: episode.id,
    contentId: episode.contentId,
    entitlement: entitlementOf(episode, watcher, now),
    resume,
    next,
    autoNext: autoNext({ duration: duration ?? 0, creditsStartSeconds, follows }, timing),
  }
}
