import { describe, expect, it } from '@jest/globals'
import { byPopularity, seedUsers } from '@marquee/seed'
import { seedTitles } from '../testing/seed-catalog.js'
import { createCandidates, drawPerson } from './draw-person.js'
import { dayMs, drawSittings, type SeedTitle } from './draw-sittings.js'

const today = new Date('2026-11-21T00:00:00Z')
const titles = new Map(
  seedTitles(400, today)
    .filter(({ episodes }) => episodes.length > 0)
    .map(({ id, kind, episodes }): [string, SeedTitle] => [
      id,
      {
        id,
        kind,
        episodes: episodes.map((episode) => ({
          ...episode,
          season: episode.seasonNumber,
          airsAt: episode.airDate === null ? null : Date.parse(episode.airDate),
        })),
      },
    ]),
)
const popular = byPopularity([...titles.keys()], 1)
const people = seedUsers(600)
const draw = (users = people, seed = 1, at = today) => {
  const candidate = createCandidates(popular, seed)
  return users.map((user) => drawPerson(candidate(user, people.indexOf(user)), titles, at))
}
const histories = draw()
const sessions = histories.flatMap((one) => one.sessions)
const share = <T>(items: readonly T[], which: (item: T) => boolean) =>
  items.filter(which).length / items.length
const episodeOf = new Map(
  [...titles.values()].flatMap(({ episodes }) => episodes.map((one) => [one.id, one] as const)),
)

describe('what made-up people watch', () => {
  it('is the same every time, whoever else is drawn', () => {
    expect(draw()).toEqual(histories)
    expect(draw(people.slice(100, 110).reverse()).reverse()).toEqual(histories.slice(100, 110))
    expect(draw(people.slice(100, 110), 2)).not.toEqual(histories.slice(100, 110))
  })

  it('is about a dozen plays each, some people much more', () => {
    const plays = histories.map((one) => one.sessions.length)
    const mean = sessions.length / people.length
    expect(mean).toBeGreaterThan(10)
    expect(mean).toBeLessThan(14)
    expect(Math.max(...plays)).toBeGreaterThan(4 * mean)
  })

  it('favours few titles', () => {
    const counts = new Map<string, number>()
    for (const { titles } of histories)
      for (const { contentId } of titles) counts.set(contentId, (counts.get(contentId) ?? 0) + 1)
    const sorted = [...counts.values()].sort((a, b) => b - a)
    expect(counts.get(popular[0]!)).toBe(sorted[0])
    expect(sorted[0]! / sorted[20]!).toBeGreaterThan(6)
  })

  it('is watched in the evening rather than in the morning', () => {
    const hour = (ms: number) => new Date(ms).getUTCHours()
    const evening = share(sessions, ({ startedAt }) => hour(startedAt) >= 17)
    const morning = share(sessions, ({ startedAt }) => hour(startedAt) >= 6 && hour(startedAt) < 12)
    expect([evening > 0.6, morning > 0.05, morning < 0.2]).toEqual([true, true, true])
  })

  it('is mostly completed; some is left, some watched again, some are specials', () => {
    const completed = share(sessions, (session) => session.completed)
    expect(completed).toBeGreaterThan(0.75)
    expect(completed).toBeLessThan(0.95)
    expect(share(sessions, ({ run }) => run === 2)).toBeGreaterThan(0.001)
    expect(share(sessions, ({ episodeId }) => episodeOf.get(episodeId)!.season === 0)).toBeGreaterThan(0)
    const unfinished = histories.filter((one) =>
      one.titles.some(({ state }) => state.episodes.some((e) => !e.completed)),
    )
    expect(share(histories, (one) => unfinished.includes(one))).toBeGreaterThan(0.3)
  })

  it('is one thing at a time, within a year, and not before it airs', () => {
    for (const { sessions } of histories) {
      const inTurn = sessions.toSorted((a, b) => a.startedAt - b.startedAt)
      for (const [place, session] of inTurn.entries()) {
        expect(session.startedAt).toBeGreaterThanOrEqual(inTurn[place - 1]?.latestAt ?? 0)
        expect(session.latestAt).toBeLessThanOrEqual(+today)
        expect(session.startedAt).toBeGreaterThanOrEqual(+today - 365 * dayMs)
        expect(session.startedAt).toBeGreaterThanOrEqual(episodeOf.get(session.episodeId)!.airsAt ?? 0)
      }
    }
  })

  it('is not watched by anybody before that person came', () => {
    const early = draw(people.slice(5, 200), 1, new Date('2025-09-01'))
    expect(early.flatMap((one) => one.sessions).length).toBeGreaterThan(500)
    early.forEach(({ sessions }, n) => {
      for (const { startedAt } of sessions)
        expect(startedAt).toBeGreaterThanOrEqual(Date.parse(people[n + 5]!.createdAt))
    })
  })

  it('is reported as a player does: only the last report of a sitting completes it', () => {
    for (const { titles } of histories)
      for (const { reports } of titles)
        for (const [n, { rule, sequence, position }] of reports.entries()) {
          const next = reports[n + 1]
          if (!next || next.sequence < sequence) continue
          expect(rule).toBe('not_completed')
          expect(next.position).toBeGreaterThanOrEqual(position)
        }
  })

  it('follows a series episode by episode', () => {
    for (const { sessions } of histories)
      for (const title of new Set(sessions.map(({ contentId }) => contentId))) {
        const order = titles
          .get(title)!
          .episodes.filter(({ season }) => season > 0)
          .map(({ id }) => id)
        const seen = sessions
          .filter(
            ({ contentId, run, episodeId }) => contentId === title && run === 1 && order.includes(episodeId),
          )
          .toSorted((a, b) => a.startedAt - b.startedAt)
          .map(({ episodeId }) => order.indexOf(episodeId))
        expect([...new Set(seen)]).toEqual([...new Set(seen)].map((_, n) => n))
        expect(seen).toEqual(seen.toSorted((a, b) => a - b))
        const left = sessions.filter(({ contentId, run }) => contentId === title && run === 1)
        const done = new Set(
          left.filter(({ completed }) => completed).map(({ episodeId }) => order.indexOf(episodeId)),
        )
        expect([...new Set(seen)].slice(0, -1).filter((place) => !done.has(place))).toEqual([])
      }
  })
})

it('a person is drawn at most as many sittings as asked for', () => {
  const own = [...titles.values()].slice(0, 40)
  const span = { from: +today - 365 * dayMs, to: +today }
  expect(drawSittings(own, 7, span, () => 0.5).length).toBeLessThanOrEqual(7)
  expect(drawSittings([], 7, span, () => 0.5)).toEqual([])
})
