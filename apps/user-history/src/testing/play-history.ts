import { CreateProgress, entitlement, type ViewerRights } from '@marquee/contracts'
import type { Asked } from '../continue-watching/continue-rules.js'
import type { History, ShownEpisode, Step, Told } from '../continue-watching/histories/words.fixture.js'
import { saidAt, type Watching } from '../continue-watching/title-rules.js'
import { reportKey, titleState } from '../progress/progress-rules.js'
import { effectiveTime, type Report, toReport } from '../progress/report-rules.js'

const minute = 60_000
/** RFC 3339 of so many minutes before. */
export const ago = (minutes: number, now: number): string => new Date(now - minutes * minute).toISOString()

/** What the player sends. */
export function bodyOf(told: Told, episodeId: string, now: number): CreateProgress {
  const { position, duration = 1000, clock = 0, uncorrected = false, more } = told
  return CreateProgress.parse({
    ...{ episodeId, position, duration, ...more },
    at: ago(told.ago - clock, now),
    ...(told.clock !== undefined && !uncorrected && { sentAt: ago(-clock, now) }),
  })
}

/** The id of an episode in tests of the rules, which know no other title. */
export const idOf = ({ seasonNumber, number }: ShownEpisode): string =>
  `01920000-0000-7000-8000-${String(1000 * seasonNumber + number).padStart(12, '0')}`

/** What the rules of continue watching are asked when a viewer has done all of this. */
export function playHistory(history: History, now: number): Omit<Asked, 'policy'> {
  const { show } = history
  const rights: ViewerRights = {
    ...{ subscriptionTier: 'free', maxContentRating: null, country: null },
    ...history.viewer,
  }
  const episodes = new Map(show.episodes.map((episode) => [episode.name, { ...episode }]))
  const played = {
    reports: new Map<string, Report>(),
    begun: [] as number[],
    dismissedAt: null as number | null,
  }
  let status: 'published' | 'archived' = 'published'
  const viewer = () => ({ roles: [], ...rights })

  function step(one: Step): void {
    if ('told' in one) tell(one)
    else if ('dismissed' in one) played.dismissedAt = said(one.dismissed)
    else if ('rewatched' in one) played.begun.push(said(one.rewatched))
    else if ('published' in one)
      Object.assign(episodes.get(one.published)!, { status: 'published', publishedAgo: one.ago })
    else if ('archived' in one) episodes.get(one.archived)!.status = 'archived'
    else if ('takenDown' in one) status = 'archived'
    else Object.assign(rights, one.becomes)
  }
  /** As the server takes it: the first under a name stays, and nobody reports what he may not watch. */
  function tell(told: Told): void {
    const episode = episodes.get(told.told)!
    const facts = factsOf(episode, now)
    if (!entitlement(viewer(), { ...show, status }, facts, now).allowed)
      throw new Error(`${told.told} cannot be watched by then`)
    const body = bodyOf(told, facts.id, now)
    const report = toReport(body, effectiveTime(body, now, 5 * minute)!, episode)
    if (!played.reports.has(reportKey(report))) played.reports.set(reportKey(report), report)
  }

  const said = (minutes: number) => saidAt({ ...watching(), now: now - minutes * minute })
  const watching = (): Watching => ({
    title: { ...show, status },
    episodes: [...episodes.values()].map((episode) => factsOf(episode, now)),
    watched: titleState([...played.reports.values()], played.begun),
    runBeganAt: played.begun.length > 0 ? Math.max(...played.begun) : null,
    now,
  })

  for (const one of history.did) step(one)
  return { ...watching(), dismissedAt: played.dismissedAt, viewer: viewer() }
}

const factsOf = (episode: ShownEpisode, now: number) => ({
  ...episode,
  id: idOf(episode),
  airDate: episode.airedAgo === null ? null : ago(episode.airedAgo, now),
  publishedAt: ago(episode.publishedAgo, now),
})
