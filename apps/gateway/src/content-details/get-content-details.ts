import { ContentDetails, ContentRef, Language, type Limits, reservedSlugs, z } from '@marquee/contracts'
import { ApiError, endpoint, json } from '@marquee/service-kit'
import type { createGather } from './gather.js'
import { present } from './present.js'

/** Views change by the second; with a part that is not fresh the next answer may be better at once. */
function caching(details: ContentDetails): string {
  if (details.parts.viewer) return 'private, no-store'
  const fresh = Object.values(details.parts).every(({ state }) => state === 'fresh')
  return fresh ? 'public, max-age=5' : 'no-store'
}

export interface ContentDetailsNeeds {
  gather: ReturnType<typeof createGather>
  count(details: ContentDetails): void
  limits: Limits
}

export const getContentDetails = ({ gather, count, limits }: ContentDetailsNeeds) =>
  endpoint({
    method: 'GET',
    path: '/api/v1/content/{id}/details',
    operationId: 'getContentDetails',
    summary: 'Everything about one title',
    description:
      'The title with its episodes and credits, its reviews, views and audience, and for a signed-in caller how far they are, gathered ' +
      'from all services under one deadline. `parts` tells of each part whether it is fresh, stale (the last good answer, with its ' +
      'age) or missing, and why. Only the catalogue’s part is required. `lang` (or Accept-Language) chooses the language of title ' +
      `and description. Counts as ${limits.detailsCost} requests for the rate limit.`,
    tag: 'Catalogue',
    access: 'public',
    params: z.object({ id: ContentRef }),
    query: z.object({ lang: Language.optional() }),
    headers: z.object({ 'accept-language': z.string().optional().openapi({ example: 'ja, en;q=0.8' }) }),
    responses: {
      200: {
        description: 'The title and its parts',
        schema: ContentDetails,
        headers: { 'Content-Language': 'Language of title and description (BCP 47)' },
      },
    },
    problems: ['content_not_found', 'unavailable'],
    async handle(call) {
      const { params, query, headers, viewer, requestId, traceparent } = call
      // The catalogue would take it for another path of its own.
      if (reservedSlugs.has(params.id))
        throw new ApiError('content_not_found', `There is no published title "${params.id}".`)
      const gathered = await gather({
        ref: params.id,
        lang: query.lang,
        acceptLanguage: headers['accept-language'],
        viewer: viewer?.sub,
        forward: call.forward,
        anonymous: { 'x-request-id': requestId, ...(traceparent !== undefined && { traceparent }) },
        signal: call.signal,
        log: () => call.log,
      })
      const details = present(gathered)
      count(details)
      return json(200, details, {
        'cache-control': caching(details),
        vary: 'Accept-Language, Authorization, Origin',
        ...(gathered.language !== undefined && { 'content-language': gathered.language }),
      })
    },
  })
