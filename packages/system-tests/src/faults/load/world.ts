import { randomUUID } from 'node:crypto'
import { settle } from '@marquee/test-kit'
import { api } from '../../checked.js'
import { tokenOf } from '../../people.js'

/** What the writers of one case write about: titles and people that nobody else knows. */
export interface World {
  /** Unique; part of every slug, key and text. */
  tag: string
  /** Viewed, reviewed and watched. */
  titles: { id: string; episodeId: string }[]
  /** Edited, each by one writer. */
  edited: string[]
  /** They get episodes. */
  serials: string[]
  /** They begin one sitting after the other. */
  players: Person[]
  /** Each has one sitting with many reports. */
  watchers: (Person & { sessionId: string; titleId: string; episodeId: string })[]
}

export interface Person {
  id: string
  token: string
}

export const durationSeconds = 86_400

const person = (): Person => {
  const id = randomUUID()
  return { id, token: tokenOf(id) }
}

/** Asked again while a platform is still finding its feet after the case before. */
const made = (path: string, key: string, body: object) =>
  settle(
    async () => {
      const headers = { 'idempotency-key': key }
      const { status, json } = await api(path, { method: 'POST', as: 'editor', headers, body })
      if (status !== 201) throw new Error(`POST ${path} answers ${status}: ${JSON.stringify(json)}`)
      return json.id as string
    },
    { timeoutMs: 30_000, everyMs: 500 },
  )

export const titleOf = (slug: string, status = 'published') => ({
  slug,
  kind: 'series',
  title: slug,
  origin: 'other',
  originalLanguage: 'en',
  status,
})

export const episodeOf = (number: number, tag: string) => ({
  seasonNumber: 1,
  number,
  title: `${tag} ${number}`,
  durationSeconds,
  status: 'published',
})

export async function makeWorld(tag: string): Promise<World> {
  const title = (name: string) =>
    made('/api/v1/content', `${tag}-${name}`, titleOf(`${tag}-${name}`.toLowerCase()))
  const several = (name: string, length: number) =>
    Promise.all(Array.from({ length }, (_, n) => title(`${name}-${n}`)))
  const ids = await several('title', 4)
  const titles = await Promise.all(
    ids.map(async (id, n) => ({
      id,
      episodeId: await made(`/api/v1/content/${id}/episodes`, `${tag}-first-${n}`, episodeOf(1, tag)),
    })),
  )
  return {
    tag,
    titles,
    edited: await several('edited', 6),
    serials: await several('serial', 3),
    players: Array.from({ length: 8 }, person),
    watchers: Array.from({ length: 8 }, (_, n) => {
      const { id: titleId, episodeId } = titles[n % titles.length]!
      return { ...person(), sessionId: randomUUID(), titleId, episodeId }
    }),
  }
}
