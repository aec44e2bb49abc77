import type { EventData, ReviewSummary } from '@marquee/contracts'

/** A document of `review_summaries`, by title: figures of its published reviews. */
export interface SummaryDocument {
  _id: string
  count: number
  sum: number
  /** Ratings that nobody gave may be absent. */
  distribution: Record<string, number>
  /** Counts the changes of these figures; `subjectVersion` of rating.changed. */
  version: number
}

const ratings = Array.from({ length: 10 }, (_, n) => String(n + 1))

const meanOf = ({ count, sum }: Pick<SummaryDocument, 'count' | 'sum'>): number | null =>
  count === 0 ? null : sum / count

/** As callers see it; null: nobody has reviewed the title yet. */
export const presentSummary = (summary: SummaryDocument | null): ReviewSummary => ({
  count: summary?.count ?? 0,
  average: summary && meanOf(summary),
  distribution: Object.fromEntries(ratings.map((rating) => [rating, summary?.distribution?.[rating] ?? 0])),
})

/** The body of rating.changed. */
export const ratingChanged = (summary: SummaryDocument): EventData<'rating.changed'> => ({
  contentId: summary._id,
  count: summary.count,
  sum: summary.sum,
  average: meanOf(summary),
})

/**
 * What to add to the figures when one review counted with `before` and now counts with `after`; null: it did not, or does not count.
 * Answers null when the figures stay.
 */
export function figuresDelta(before: number | null, after: number | null): Record<string, number> | null {
  if (before === after) return null
  return {
    count: Number(after !== null) - Number(before !== null),
    sum: (after ?? 0) - (before ?? 0),
    ...(before !== null && { [`distribution.${before}`]: -1 }),
    ...(after !== null && { [`distribution.${after}`]: 1 }),
    version: 1,
  }
}
