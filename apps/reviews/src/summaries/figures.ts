import { presentSummary, type SummaryDocument } from './summary-rules.js'

/** What a summary says of the published reviews of a title. */
export interface Figures {
  count: number
  sum: number
  /** How often each rating was given, 1 to 10. */
  distribution: number[]
}

export const noFigures: Figures = { count: 0, sum: 0, distribution: Array(10).fill(0) }

export const figuresOf = (summary: Pick<SummaryDocument, 'count' | 'sum' | 'distribution'>): Figures => ({
  count: summary.count,
  sum: summary.sum,
  distribution: Object.values(presentSummary({ _id: '', version: 0, ...summary }).distribution),
})

/** The figures with `count` more reviews of this rating. */
export const withRatings = (before: Figures, rating: number, count: number): Figures => ({
  count: before.count + count,
  sum: before.sum + rating * count,
  distribution: before.distribution.with(rating - 1, before.distribution[rating - 1]! + count),
})

export const sameFigures = (a: Figures, b: Figures): boolean => JSON.stringify(a) === JSON.stringify(b)

/** The fields of a summary's document; ratings that nobody gave are left out. */
export const documentOf = ({
  count,
  sum,
  distribution,
}: Figures): Pick<SummaryDocument, 'count' | 'sum' | 'distribution'> => ({
  count,
  sum,
  distribution: Object.fromEntries(
    distribution.flatMap((given, index) => (given > 0 ? [[String(index + 1), given]] : [])),
  ),
})
