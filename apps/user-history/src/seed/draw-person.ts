import { world } from '@marquee/contracts'
import { namedHistory, oneOf, popularityExponent, type SeedUser, seededRandom, zipf } from '@marquee/seed'
import { dayMs, drawSittings, type SeedTitle, type Span } from './draw-sittings.js'
import { type Habits, type PersonHistory, type PlayedSitting, personHistory } from './person-history.js'

const meanPlays = 13
const mostPlays = 90
export const historyDays = 365

/** A person, and the titles that may have been watched, the likeliest first. */
export interface Candidate {
  user: SeedUser
  plays: number
  titleIds: string[]
  random: () => number
}

const namedViewers = new Set<string>(Object.values(world.viewers).map(({ sub }) => sub))

/** Draws how much each person watches and what of, from titles in the order of their popularity. The n-th of a seed is always the same. */
export function createCandidates(popular: readonly string[], seed: number) {
  let random: () => number = () => 0
  const draw = zipf(popular.length, popularityExponent, () => random())
  return (user: SeedUser, index: number): Candidate => {
    random = seededRandom(Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b))
    if (namedViewers.has(user.id)) return { user, plays: 0, titleIds: namedTitles(user.id), random }
    const plays = Math.min(mostPlays, 1 + Math.floor(-meanPlays * Math.log(1 - random())))
    const titleIds = new Set<string>()
    for (let tries = 0; tries < plays / 2 + 4 && popular.length > 0; tries++) titleIds.add(popular[draw()]!)
    return { user, plays, titleIds: [...titleIds], random }
  }
}

const namedTitles = (userId: string) =>
  namedHistory.filter((one) => one.userId === userId).map(({ contentId }) => contentId)

/** The history of a person up to midnight (UTC) of `today`; that of the named viewers is told, not drawn. */
export function drawPerson(
  { user, plays, titleIds, random }: Candidate,
  titles: ReadonlyMap<string, SeedTitle>,
  today: Date,
): PersonHistory {
  const span: Span = { from: Math.max(+today - historyDays * dayMs, Date.parse(user.createdAt)), to: +today }
  const known = titleIds.map((id) => titles.get(id)).filter((title) => title !== undefined)
  const habits = drawHabits(user, random)
  if (namedViewers.has(user.id)) return personHistory(user.id, namedSittings(user.id, titles, today), habits)
  return personHistory(user.id, span.from < span.to ? drawSittings(known, plays, span, random) : [], habits)
}

const devices = {
  tv: ['2160p', '1080p'],
  phone: ['720p', '480p'],
  tablet: ['1080p', '720p'],
  web: ['1080p'],
} as const

function drawHabits({ country }: SeedUser, random: () => number): Habits {
  const device = oneOf(['tv', 'tv', 'phone', 'tablet', 'web'] as const, random)
  return {
    device,
    quality: oneOf(devices[device], random),
    subtitles: country === 'KR' || random() < 0.2 ? null : country.toLowerCase() === 'jp' ? 'ja' : 'en',
  }
}

/** Those of titles that the catalogue has. */
const namedSittings = (
  userId: string,
  titles: ReadonlyMap<string, SeedTitle>,
  today: Date,
): PlayedSitting[] =>
  namedHistory.flatMap((one) => {
    const episode = titles.get(one.contentId)?.episodes.find(({ id }) => id === one.episodeId)
    if (one.userId !== userId || !episode) return []
    const { playId, contentId, position } = one
    const startsAt = +today - one.daysAgo * dayMs + one.hour * 3_600_000
    const sitting = { startsAt, wallSeconds: position, from: 0, to: position, restart: false }
    return [{ ...sitting, playId, contentId, episode, duration: episode.durationSeconds ?? position }]
  })
