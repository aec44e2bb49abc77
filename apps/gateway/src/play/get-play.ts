import { Device, type Limits, mayAccess, Play, Quality, Uuid, z } from '@marquee/contracts'
import { ApiError, endpoint, json } from '@marquee/service-kit'
import { decide } from './decide.js'
import type { openPlayGather } from './gather-play.js'
import { presentPlay } from './present-play.js'
import { signUrl } from './sign-url.js'

export interface PlayNeeds {
  gather: ReturnType<typeof openPlayGather>['gather']
  count(play: Play): void
  limits: Limits
  /** Signs addresses. */
  key: string
  /** Milliseconds since 1970. */
  now(): number
}

export const getPlay = ({ gather, count, limits, key, now }: PlayNeeds) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/play/{episodeId}',
    operationId: 'getPlay',
    summary: 'Everything that a player needs',
    description:
      'Sources in the order to try them, subtitles, where to resume, what comes next, and whether this caller may watch it and why. ' +
      'Who may not gets the same answer without addresses, so that a player can say what is missing; what is not published is 404. ' +
      `Addresses are signed and good for ${limits.playUrlTtlMs / 60_000} minutes: ask again for new ones. \`device\` puts first what ` +
      'suits it, `maxQuality` leaves out what is better, unless there is nothing else. When the viewer’s part is missing (`parts`), ' +
      `what is free for everybody plays, from the start. Counts as ${limits.detailsCost} requests for the rate limit.`,
    tag: 'Viewing',
    access: 'public',
    params: z.object({ episodeId: Uuid }),
    query: z.object({ device: Device.optional(), maxQuality: Quality.optional() }),
    responses: { 200: { description: 'What to play, or why not', schema: Play } },
    problems: ['episode_not_found', 'unavailable'],
    async handle({ params: { episodeId }, query, viewer, forward, signal, log }) {
      const gathered = await gather({ episodeId, forward, signal, log: () => log })
      const at = now()
      const decision = decide(gathered.play, gathered.told.value, viewer, at)
      if (decision.reason === 'not_published' && !mayAccess(viewer, 'editor'))
        throw new ApiError('episode_not_found', `There is no published episode "${episodeId}".`)
      const expires = Math.floor((at + limits.playUrlTtlMs) / 1000)
      const play = presentPlay(gathered, decision, query, {
        sign: (url) => signUrl(key, url, { expires, viewer: viewer?.sub ?? null }),
        expiresAt: new Date(expires * 1000).toISOString(),
      })
      count(play)
      return json(200, play, { 'cache-control': 'private, no-store' })
    },
  })
