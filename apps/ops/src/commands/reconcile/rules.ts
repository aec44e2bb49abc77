/** Who states a figure: an app, or the topic that views travel over. */
export const sources = ['catalog', 'trending', 'user-history', 'reviews', 'content.viewed'] as const
export type Source = (typeof sources)[number]

/**
 * Two sources that state the same figure. `equal`: the same keys with the same values; `within`: every key of the first is one of
 * the second; `nothing`: every value of the first is 0, and there is no second.
 */
export interface Rule {
  figure: string
  kind: 'equal' | 'within' | 'nothing'
  first: Source
  second: Source | null
  /** The second one's name for it, where it has another. */
  secondFigure?: string
  /** Left out where the second source tells none of it. */
  optional?: boolean
}

const equal = (figure: string, first: Source, ...others: Source[]): Rule[] =>
  others.map((second) => ({ figure, kind: 'equal', first, second }))
const nothing = (figure: string, ...all: Source[]): Rule[] =>
  all.map((first) => ({ figure, kind: 'nothing', first, second: null }))

const rules: Rule[] = [
  ...equal('views by title', 'trending', 'catalog'),
  ...equal('views by title and day', 'trending', 'user-history', 'content.viewed'),
  ...equal('view ids', 'trending', 'content.viewed'),
  ...equal('rating by title', 'reviews', 'catalog'),
  { figure: 'rating by title', kind: 'equal', first: 'reviews', second: 'user-history', optional: true },
  ...equal('titles', 'catalog', 'trending', 'user-history', 'reviews'),
  ...equal('episodes', 'catalog', 'user-history'),
  {
    figure: 'review authors',
    kind: 'within',
    first: 'reviews',
    second: 'user-history',
    secondFigure: 'users',
  },
  ...nothing('outbox', 'catalog', 'trending', 'reviews'),
]

/** `ids`: with those of every view, which are many. */
export const rulesFor = ({ ids }: { ids: boolean }): Rule[] =>
  rules.filter(({ figure }) => ids || figure !== 'view ids')

const wholeDays = 30
const dayMs = 86_400_000

/**
 * The first day (YYYY-MM-DD, UTC) whose views are compared: a day less than sources tell, whichever clock they go by. `earlier`: so
 * many days before it.
 */
export const firstDay = (now: Date, earlier = 0): string =>
  new Date(now.getTime() - (wholeDays - 1 + earlier) * dayMs).toISOString().slice(0, 10)

export interface Figure {
  figure: string
  key: string
  value: string
}

/** Whether it is to be compared at all: of days that some sources have forgotten, nothing is. */
export const isCompared = ({ figure, key }: Figure, since: string): boolean =>
  figure !== 'views by title and day' || key.slice(-since.length) >= since

/** What a rule found in one round. */
export interface Found {
  /** Keys that either source states. */
  compared: number
  /** What the two say, by key, where they do not agree; undefined where one says nothing. */
  differing: Map<string, Said>
}
export type Said = [first: string | undefined, second: string | undefined]

/** What became of a rule's keys over the rounds so far. */
export interface Outcome {
  compared: number
  /** Keys that differed in every round. */
  open: Map<string, { said: Said; moved: boolean }>
}

/** A key that agreed once is done with, and one that differs for the first time now was not among those asked again. */
export function nextRound(before: Outcome | undefined, { compared, differing }: Found): Outcome {
  const open: Outcome['open'] = new Map()
  for (const [key, said] of differing) {
    const last = before?.open.get(key)
    if (before && !last) continue
    open.set(key, { said, moved: last !== undefined && String(last.said) !== String(said) })
  }
  return { compared: before?.compared ?? compared, open }
}

export interface Verdict {
  compared: number
  /** Keys that stayed different and as they were. */
  differing: number
  /** Keys that differed in every round, and were moving still. */
  moving: number
  /** At most 20, those that stayed first. */
  examples: { key: string; said: Said; moving: boolean }[]
}

const shown = 20

export function verdictOf({ compared, open }: Outcome): Verdict {
  const all = [...open].map(([key, { said, moved }]) => ({ key, said, moving: moved }))
  const [stayed, moving] = [all.filter((one) => !one.moving), all.filter((one) => one.moving)]
  return {
    compared,
    differing: stayed.length,
    moving: moving.length,
    examples: [...stayed, ...moving].slice(0, shown),
  }
}
