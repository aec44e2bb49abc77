import type { EpisodeFacts } from '../progress/report-rules.js'

export interface SeedEpisode extends EpisodeFacts {
  id: string
  /** 0 holds the specials. */
  season: number
  /** Milliseconds; null where it is not known. */
  airsAt: number | null
}
/** A title with its episodes in order. */
export interface SeedTitle {
  id: string
  kind: string
  episodes: SeedEpisode[]
}
/** One sitting with one episode, by the wall clock and by the episode's own. */
export interface Sitting {
  contentId: string
  episode: SeedEpisode
  /** Milliseconds. */
  startsAt: number
  /** Between the first report and the last: longer than what was played with a pause, shorter with a skip. */
  wallSeconds: number
  /** Seconds from the start of the episode. */
  from: number
  to: number
  /** Of the player, where the catalogue knows none. */
  duration: number
  /** Begins a new run of the title. */
  restart: boolean
}
/** Instants, milliseconds. */
export interface Span {
  from: number
  to: number
}
type Random = () => number

export const dayMs = 86_400_000
const hourMs = 3_600_000
const unknownSeconds: Record<string, number> = { movie: 6_600, special: 3_000, series: 2_700 }

const between = (random: Random, low: number, high: number) => low + random() * (high - low)
const whole = (random: Random, low: number, high: number) => Math.floor(between(random, low, high + 1))

/** An instant of that UTC day: mostly of its evening, seldom of its morning. */
function onDayOf(ms: number, random: Random): number {
  const drawn = random()
  const hour =
    drawn < 0.7
      ? between(random, 17.5, 22.5)
      : drawn < 0.9
        ? between(random, 12, 17)
        : between(random, 6.5, 10)
  return Math.floor(Math.floor(ms / dayMs) * dayMs + hour * hourMs)
}

/**
 * What a person watches of these titles, at most `plays` sittings within the span: few series are followed episode by episode, some
 * are given up, some watched again. One sitting at a time, in the order of time.
 */
export function drawSittings(
  titles: readonly SeedTitle[],
  plays: number,
  span: Span,
  random: Random,
): Sitting[] {
  const drawn: Sitting[] = []
  for (const title of titles) {
    const left = plays - drawn.length
    if (left <= 0) break
    const begin = onDayOf(between(random, span.from, span.to), random)
    drawn.push(...follow(title, begin, span.to, random).slice(0, left))
  }
  return leftUnfinished(oneAtATime(drawn, span), random)
}

function follow(title: SeedTitle, begin: number, end: number, random: Random): Sitting[] {
  const regular = title.episodes.filter(({ season }) => season > 0)
  const specials = title.episodes.filter(({ season }) => season === 0)
  const patience = random()
  const wanted = patience < 0.25 ? whole(random, 1, 2) : patience < 0.6 ? whole(random, 3, 8) : regular.length
  const seen = watchInTurn(title, regular.slice(0, wanted), begin, end, random)
  if (!isFinished(seen, regular)) return seen
  const over = endOf(seen.at(-1)!)
  const extra = random() < 0.5 ? watchInTurn(title, specials, onDayOf(over + dayMs, random), end, random) : []
  return [...seen, ...extra, ...(random() < 0.08 ? again(title, regular, over, end, random) : [])]
}

const isFinished = (seen: readonly Sitting[], episodes: readonly SeedEpisode[]) => {
  const last = seen.at(-1)
  return last !== undefined && last.episode === episodes.at(-1) && last.to > 0.9 * last.duration
}

/** Weeks later once more from the start, mostly not to the end. */
function again(
  title: SeedTitle,
  episodes: readonly SeedEpisode[],
  over: number,
  end: number,
  random: Random,
): Sitting[] {
  const begin = onDayOf(over + between(random, 20, 120) * dayMs, random)
  const [first, ...rest] = watchInTurn(title, episodes.slice(0, whole(random, 1, 3)), begin, end, random)
  return first ? [{ ...first, restart: true }, ...rest] : []
}

/** Episode after episode, none before it airs; ends where the person has had enough. */
function watchInTurn(
  title: SeedTitle,
  episodes: readonly SeedEpisode[],
  begin: number,
  end: number,
  random: Random,
): Sitting[] {
  const sittings: Sitting[] = []
  let at = begin
  for (const episode of episodes) {
    if (episode.airsAt !== null && episode.airsAt > at) at = onDayOf(episode.airsAt + dayMs, random)
    if (at >= end) break
    const own = watchOne(title, episode, at, random)
    sittings.push(...own)
    const last = own.at(-1)!
    if (last.to < 0.9 * last.duration) break
    at = nextTime(endOf(last), random)
  }
  return sittings
}

/** To the end in one sitting or in two, or left for good somewhere in the middle. */
function watchOne(title: SeedTitle, episode: SeedEpisode, startsAt: number, random: Random): Sitting[] {
  const duration = episode.durationSeconds ?? unknownSeconds[title.kind] ?? 2_700
  const base = { contentId: title.id, episode, duration, restart: false }
  const part = (at: number, from: number, to: number): Sitting => {
    const played = to - from
    const drawn = random()
    const wallSeconds =
      drawn < 0.15 ? played + whole(random, 60, 900) : drawn < 0.2 ? Math.ceil(played * 0.8) : played
    return { ...base, startsAt: at, from, to, wallSeconds }
  }
  const ended = Math.floor(duration * between(random, 0.93, 1))
  if (random() > 0.12) return [part(startsAt, 0, ended)]
  const stopped = Math.floor(duration * between(random, 0.1, 0.8))
  const first = part(startsAt, 0, stopped)
  if (random() < 0.5) return [first]
  return [first, part(onDayOf(endOf(first) + whole(random, 1, 3) * dayMs, random), stopped, ended)]
}

const endOf = ({ startsAt, wallSeconds }: Sitting): number => startsAt + wallSeconds * 1000

/** Often the next one at once, else one of the next evenings. */
const nextTime = (over: number, random: Random): number =>
  random() < 0.4
    ? over + whole(random, 5, 180) * 1000
    : onDayOf(over + whole(random, 1, random() < 0.1 ? 20 : 4) * dayMs, random)

function oneAtATime(sittings: readonly Sitting[], span: Span): Sitting[] {
  const inTurn: Sitting[] = []
  let free = span.from
  for (const sitting of sittings.toSorted((a, b) => a.startsAt - b.startsAt)) {
    const moved = { ...sitting, startsAt: Math.max(sitting.startsAt, free) }
    // Nothing after it either: a later episode without this one would be odd.
    if (endOf(moved) > span.to) break
    inTurn.push(moved)
    free = endOf(moved) + 60_000
  }
  return inTurn
}

/** Of some people the last sitting ends before the episode does: something to continue. */
function leftUnfinished(sittings: Sitting[], random: Random): Sitting[] {
  const last = sittings.at(-1)
  if (!last || random() > 0.35) return sittings
  const to = Math.floor(last.from + (last.to - last.from) * between(random, 0.2, 0.7))
  return [...sittings.slice(0, -1), { ...last, to, wallSeconds: to - last.from }]
}
