/**
 * ok: acknowledged. fail: refused (4xx), or there was no connection to send it over. unknown: anything else (reset, timeout, 5xx); it
 * may have had its effect.
 */
export type Outcome = 'ok' | 'fail' | 'unknown'

export const kinds = ['view', 'create', 'edit', 'episode', 'review', 'play', 'progress'] as const
export type Kind = (typeof kinds)[number]

/** One write, with what its client was told in the end. */
export interface Write {
  kind: Kind
  /** What it is about: the title that is viewed, edited or gets an episode, the slug that is made, the person who reviews or watches. */
  key: string
  /**
   * What it writes there: number of an edit or episode, title and rating of a review, sequence of a report. Of a title that was made
   * its id, as soon as that is known.
   */
  value: string
  outcome: Outcome
  startedAt: number
  /** Of its longest attempt. */
  ms: number
  /** Two where an unknown outcome was asked again with the same Idempotency-Key. */
  attempts: number
  /** The gateway that answered, or did not, as a process of run.json. */
  via: string
}

export const count = (log: readonly Write[], want: Partial<Omit<Write, 'startedAt' | 'ms'>>) =>
  log.filter((write) => Object.entries(want).every(([name, value]) => write[name as keyof Write] === value))
    .length
