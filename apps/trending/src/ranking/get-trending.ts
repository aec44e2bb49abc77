import { Limit, Origin, TrendingList, type TrendingPeriod, Uuid, z } from '@marquee/contracts'
import { type Endpoint, endpoint, jsonBytes } from '@marquee/service-kit'
import { windows } from './decay.js'
import type { createTrendingReader, TrendingAnswer } from './trending-reader.js'

const spoken: Record<TrendingPeriod, string> = { daily: '24 hours', weekly: '7 days', monthly: '30 days' }

/** Over this age the answer says that the counters cannot confirm it. */
const confirmedMs = 5000

function headersOf({ etag, ageMs }: TrendingAnswer): Record<string, string> {
  const headers: Record<string, string> = { etag, 'cache-control': 'public, max-age=1' }
  if (ageMs > confirmedMs) {
    headers.age = String(Math.floor(ageMs / 1000))
    headers.warning = '110 - "Response is Stale"'
  }
  return headers
}

/** `GET /api/v1/content/trending/<period>`. */
export const getTrending = (
  period: TrendingPeriod,
  read: ReturnType<typeof createTrendingReader>,
): Endpoint =>
  endpoint({
    method: 'GET',
    path: `/api/v1/content/trending/${period}`,
    operationId: `getTrending${period[0]!.toUpperCase()}${period.slice(1)}`,
    summary: `What is hot in the last ${spoken[period]}`,
    description:
      `Published titles by their views of the rolling ${spoken[period]} (whole UTC hours, the running one included). A view weighs ` +
      `half after ${windows[period].halfLifeHours} hours; a viewer counts once per title in 30 minutes; ties are ordered by id. ` +
      'At most 5 s old. While the counters are down, the last list is served for a minute, marked by `Age` and `Warning`.',
    tag: 'Trending',
    access: 'public',
    query: z.object({
      origin: Origin.optional(),
      genre: Uuid.optional().openapi({
        description: 'Id of a genre; one that nobody has gives an empty list',
      }),
      limit: Limit,
    }),
    responses: {
      200: {
        description: 'The list, best first.',
        schema: TrendingList,
        headers: { ETag: 'Weak: the same items give the same tag.', 'Cache-Control': 'public, max-age=1' },
      },
    },
    problems: ['unavailable'],
    handle: async ({ query }) => {
      const answer = await read({ period, ...query })
      return jsonBytes(200, answer.bytes, headersOf(answer))
    },
  })
