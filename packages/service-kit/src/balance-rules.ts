/** What one caller knows of one instance of the app that it calls. */
export interface Standing {
  /** It answered when it was last looked at, and has refused no connection since. */
  well: boolean
  /** Requests of this caller that it has not answered yet. */
  inFlight: number
  /** Requests in a row that it left without an answer, or answered that it cannot answer. */
  silences: number
  /** Once it was silent too often: when it may be tried again, by `performance.now()`. */
  retryAt: number
}

const silencesToLeaveOut = 5
const leftOutForMs = 1000

const silentTooOften = ({ silences }: Standing): boolean => silences >= silencesToLeaveOut

/** Far behind every number of requests in flight. */
const unwell = 1_000_000

/**
 * Whom to ask next, as an index; null when there is nobody to ask: all were tried, or were silent too often.
 *
 * The one with the fewest requests in flight, so that a slow or freezing instance gets fewer by itself; of equals the next in turn.
 * Who is not well comes last, but comes: when nobody is, somebody is tried all the same, since a look can be wrong about all of them
 * at once and a refusal costs nothing. Who was silent too often gets one request in a while, as long as it is well otherwise.
 */
export function choose(
  standings: readonly Standing[],
  { tried, turn, now }: { tried: readonly number[]; turn: number; now: number },
): number | null {
  let chosen: number | null = null
  let least = Number.POSITIVE_INFINITY
  for (let step = 0; step < standings.length; step++) {
    const index = (turn + step) % standings.length
    if (tried.includes(index)) continue
    const rank = rankOf(standings[index] as Standing, now)
    if (rank >= least) continue
    chosen = index
    least = rank
  }
  return chosen
}

function rankOf(standing: Standing, now: number): number {
  const { well, inFlight, retryAt } = standing
  if (silentTooOften(standing)) {
    if (now < retryAt) return Number.POSITIVE_INFINITY
    if (well) return -1
  }
  return well ? inFlight : unwell + inFlight
}

/** How an attempt ended. */
export type Outcome =
  /** There is an answer, whatever it says. */
  | 'answered'
  /** The answer is that it cannot answer: 502, 503, 504. */
  | 'unable'
  /** Nothing came in time. */
  | 'silent'
  /** There was no connection: nothing of the request was sent. */
  | 'refused'
  /** The connection broke before the answer was whole. */
  | 'broken'
  /** Our own caller left, which says nothing about the instance. */
  | 'left'

/** Has chosen it; who was left out so far has this one chance for now. */
export function begin(standing: Standing, now: number): void {
  standing.inFlight++
  if (silentTooOften(standing)) standing.retryAt = now + leftOutForMs
}

/** What is known after an attempt. Refused and broken is known at once and costs nobody any time: they are no silence. */
export function end(standing: Standing, outcome: Outcome, now: number): void {
  standing.inFlight--
  if (outcome === 'answered') standing.silences = 0
  if (outcome !== 'silent' && outcome !== 'unable') return
  standing.silences++
  standing.retryAt = now + leftOutForMs
}
