import type {
  Content,
  ContentDetails,
  InternalAudience,
  InternalViews,
  Part,
  ReviewList,
  ViewerState,
} from '@marquee/contracts'

/** What became of asking for a part: answered just now, the last good answer (`ageMs` old), or nothing. */
export type Outcome<T extends object> =
  | { value: T; recalled?: undefined; reason?: undefined }
  | { value: T; recalled: { ageMs: number }; reason: string }
  | { value: null; recalled?: undefined; reason: string }

export interface Gathered {
  /** As the catalogue answers it with its episodes and credits. */
  content: Content
  reviews: Outcome<ReviewList>
  trending: Outcome<InternalViews>
  audience: Outcome<InternalAudience>
  /** null for an anonymous caller. */
  viewer: Outcome<ViewerState> | null
}

/** One answer of all parts, each marked fresh, stale or missing. Pure. */
export function present({ content, reviews, trending, audience, viewer }: Gathered): ContentDetails {
  const { episodes = [], credits = [], ...title } = content
  return {
    content: title,
    episodes,
    credits,
    reviews: reviews.value && { summary: reviews.value.summary, items: reviews.value.items },
    trending: trending.value,
    audience: audience.value && { viewers: audience.value.viewers, plays: audience.value.plays },
    ...(viewer && { viewer: viewer.value }),
    parts: {
      catalog: fresh('catalog'),
      reviews: partOf('reviews', reviews),
      trending: partOf('trending', trending),
      audience: audiencePart(audience),
      ...(viewer && { viewer: partOf('user-history', viewer) }),
    },
  }
}

const fresh = (source: string): Part => ({ state: 'fresh', ageMs: 0, source })

function partOf(source: string, outcome: Outcome<object>): Part {
  const { value, recalled, reason } = outcome
  if (recalled) return { state: 'stale', ageMs: recalled.ageMs, source: 'cache', reason }
  if (value === null) return { state: 'missing', ageMs: null, source: null, reason }
  return fresh(source)
}

/** The copy's answer is a good one, but as old as the copy; so is a last good answer that came from it. */
function audiencePart(outcome: Outcome<InternalAudience>): Part {
  const { value, recalled } = outcome
  if (value === null) return partOf('', outcome)
  if (recalled) return partOf('', { ...outcome, recalled: { ageMs: recalled.ageMs + value.ageMs } })
  if (value.source === 'primary') return fresh('primary')
  return { state: 'stale', ageMs: value.ageMs, source: 'replica', reason: 'answered by a copy that may lag' }
}
