import { api } from '../../checked.js'
import { everything } from '../../pages.js'
import { positionOf } from '../load/writers.js'
import { between, type Check, gather, writesOf } from './context.js'

/** Every acknowledged review is there once, none that was refused, and the figures tell of exactly those. */
export const reviews: Check = (checked) =>
  gather(checked.world.titles, async ({ id }) => {
    const listed = await everything(`/api/v1/content/${id}/reviews`)
    const authors = new Set(listed.map(({ userId }) => userId))
    const { ok, fail } = writesOf(checked, 'review')
    const here = ({ value }: { value: string }) => value.startsWith(id)
    const sum = listed.reduce((total, { rating }) => total + rating, 0)
    const average = listed.length === 0 ? null : sum / listed.length
    const { summary } = (await api(`/api/v1/content/${id}/reviews`)).json
    const { json } = await api(`/api/v1/content/${id}`)
    return [
      ...(authors.size === listed.length ? [] : [`reviews of ${id} are listed twice`]),
      ...ok
        .filter((write) => here(write) && !authors.has(write.key))
        .map(({ key }) => `review of ${id} by ${key} was acknowledged and is not there`),
      ...fail
        .filter((write) => here(write) && authors.has(write.key))
        .map(({ key }) => `review of ${id} by ${key} was refused and is there`),
      ...figures(`summary of ${id}`, summary.count, summary.average, listed.length, average),
      ...figures(`rating of ${id}`, json.ratingCount, json.rating, listed.length, average),
    ]
  })

const figures = (
  what: string,
  count: number,
  mean: number | null,
  listed: number,
  average: number | null,
): string[] =>
  count === listed && (mean === average || Math.abs(mean! - average!) < 0.06)
    ? []
    : [`${what} is ${count} of ${mean}, the reviews are ${listed} of ${average}`]

/** One play per acknowledged sitting, once, and none that nobody asked for. */
export const plays: Check = (checked) =>
  gather(checked.world.players, async ({ id }) => {
    const listed = await everything(`/api/v1/content/users/${id}/watch-history`, { as: 'admin' })
    const { ok, unknown } = writesOf(checked, 'play', id)
    return [
      ...(new Set(listed.map((play) => play.id)).size === listed.length
        ? []
        : [`plays of ${id} are listed twice`]),
      ...between(`plays of ${id}`, listed.length, ok.length, ok.length + unknown.length),
    ]
  })

/** The highest acknowledged report stands, or a later one whose outcome is not known. */
export const positions: Check = (checked) =>
  gather(checked.world.watchers, async ({ id, token, titleId, episodeId }) => {
    const { ok, unknown } = writesOf(checked, 'progress', id)
    const last = Math.max(0, ...ok.map(({ value }) => Number(value)))
    if (last === 0) return []
    const { json } = await api(`/api/v1/content/${titleId}/details`, { token })
    const state = json.parts?.viewer?.state
    if (state !== 'fresh') return [`progress of ${id} is ${state}`]
    const kept = json.viewer.episodes.find((each: { episodeId: string }) => each.episodeId === episodeId)
    const may = [last, ...unknown.map(({ value }) => Number(value)).filter((n) => n > last)].map(positionOf)
    return may.includes(kept?.position)
      ? []
      : [`${id} stands at ${kept?.position}, not ${may.slice(0, 5).join(' or ')}`]
  })
