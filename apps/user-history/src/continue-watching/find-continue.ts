import type { ContinuePolicy, Viewer } from '@marquee/contracts'
import type { Db } from '@marquee/postgres'
import type { Place } from '../pages.js'
import type { KnownViewer } from '../users/viewer-store.js'
import { type Candidate, findCandidates, keepMemos } from './candidates-store.js'
import { continueWatching, type Verdict } from './continue-rules.js'
import { readTitles, type WatchedTitle, watchingOf } from './watching-store.js'

/** Whose list, by which policy. */
export interface Whose {
  userId: string
  roles: Viewer['roles']
  known: KnownViewer
  policy: ContinuePolicy
  /** Milliseconds. */
  now: number
}
export interface Judged {
  watched: WatchedTitle
  verdict: Verdict
}

/** Titles that are looked at beyond those that are asked for: what has nothing to offer is passed at once. */
const spare = 12

/**
 * The list from below a place, at most `limit` titles. Looks closely only at as many titles as it takes until no other can stand higher,
 * and remembers where each stands.
 */
export async function findContinue(
  db: Db,
  whose: Whose,
  below: Place | null,
  limit: number,
): Promise<Judged[]> {
  const wanted = { userId: whose.userId, memoFor: memoFor(whose), now: whose.now, below }
  const found: Judged[] = []
  let after: Place | null = null
  for (let size = limit + spare; ; size *= 2) {
    const candidates: Candidate[] = await findCandidates(db, wanted, after, size)
    const judged = await judge(db, whose, candidates)
    await remember(db, wanted, candidates, judged)
    found.push(...judged.filter((one) => isListed(one) && (below === null || isAbove(below, placeOf(one)))))
    found.sort((a, b) => (isAbove(placeOf(a), placeOf(b)) ? -1 : 1))
    after = candidates.at(-1) ?? null
    if (candidates.length < size || after === null) return found.slice(0, limit)
    const last = found[limit - 1]
    if (last && isAbove(placeOf(last), after)) return found.slice(0, limit)
  }
}

/** What the rules say of one title. */
export function judgeTitle({ roles, known, policy, now }: Whose, watched: WatchedTitle): Judged {
  const viewer = { roles, ...known.rights }
  const { dismissedAt } = watched
  return { watched, verdict: continueWatching({ ...watchingOf(watched, now), policy, viewer, dismissedAt }) }
}

async function judge(db: Db, whose: Whose, candidates: Candidate[]): Promise<Judged[]> {
  if (candidates.length === 0) return []
  const ids = candidates.map(({ contentId }) => contentId)
  return (await readTitles(db, whose.userId, ids)).map((watched) => judgeTitle(whose, watched))
}

function remember(
  db: Db,
  wanted: { userId: string; memoFor: string },
  candidates: Candidate[],
  judged: Judged[],
): Promise<void> {
  const known = new Set(candidates.filter((one) => one.known).map(({ contentId }) => contentId))
  const found = judged.flatMap(({ watched: { contentId, revision, version }, verdict }) =>
    revision === null || known.has(contentId) ? [] : [{ contentId, revision, version, at: verdict.sortAt }],
  )
  return keepMemos(db, wanted, found)
}

/** All that decides beside the title and what was done with it. */
const memoFor = ({ policy, roles, known: { rights } }: Whose): string =>
  JSON.stringify([policy, rights.subscriptionTier, rights.maxContentRating, rights.country, roles.toSorted()])

export const placeOf = ({ watched, verdict }: Judged): Place => ({
  at: verdict.sortAt!,
  contentId: watched.contentId,
})
const isListed = ({ verdict }: Judged) => verdict.sortAt !== null
const isAbove = (one: Place, other: Place): boolean =>
  one.at > other.at || (one.at === other.at && one.contentId > other.contentId)
