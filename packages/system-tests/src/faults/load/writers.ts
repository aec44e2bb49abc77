import { randomUUID } from 'node:crypto'
import { tokenOf } from '../../people.js'
import { readRun } from '../../platform.js'
import type { Ask, Sender, Told } from './send.js'
import { durationSeconds, episodeOf, titleOf, type World } from './world.js'
import type { Kind } from './write.js'

/** What is about to be written: `key` and `value` as in the log. */
export interface Intent {
  key: string
  value: string
  ask: Ask
  /** Is told every outcome; returns what is wrong with the answer itself, else nothing. */
  examine?(told: Told): string | undefined
  /** The value of the log, where only the answer tells it. */
  made?(answer: NonNullable<Told['answer']>): string
}

/** Makes the next write of a kind; undefined when all it could write about is busy. */
export type Writer = (n: number) => Intent | undefined | Promise<Intent | undefined>

const turn = <T>(all: readonly T[], n: number): T => all[n % all.length]!

/** Every third or so comes without an Idempotency-Key: then nobody asks again. */
const keyed = (key: string, n: number): Record<string, string> =>
  n % 3 === 2 ? {} : { 'idempotency-key': key }

export function createWriters(world: World, sender: Sender): Record<Kind, Writer> {
  const { tag } = world
  const editor = () => readRun().tokens.editor
  return {
    view: (n) => {
      const { id } = turn(world.titles, n)
      return {
        key: id,
        value: String(n),
        ask: {
          method: 'POST',
          path: `/api/v1/content/${id}/views/increment`,
          headers: keyed(`${tag}-view-${n}`, n),
          body: { viewerId: `${tag}-${n}` },
        },
      }
    },
    create: (n) => {
      const slug = `${tag}-made-${n}`.toLowerCase()
      const headers = { 'idempotency-key': slug }
      const body = titleOf(slug, n % 2 === 0 ? 'published' : 'draft')
      return {
        key: slug,
        value: '',
        ask: { method: 'POST', path: '/api/v1/content', token: editor(), headers, body },
        made: ({ json }) => json.id,
      }
    },
    edit: createEdits(world, sender),
    episode: (n) => {
      const id = turn(world.serials, n)
      return {
        key: id,
        value: String(n),
        ask: {
          method: 'POST',
          path: `/api/v1/content/${id}/episodes`,
          token: editor(),
          headers: { 'idempotency-key': `${tag}-episode-${n}` },
          body: episodeOf(n, tag),
        },
      }
    },
    review: (n) => {
      const userId = randomUUID()
      const rating = (n % 10) + 1
      return {
        key: userId,
        value: `${turn(world.titles, n).id} ${rating}`,
        ask: {
          method: 'POST',
          path: `/api/v1/content/${turn(world.titles, n).id}/reviews`,
          token: tokenOf(userId),
          headers: keyed(`${tag}-review-${n}`, n),
          body: { rating, text: tag },
        },
      }
    },
    play: (n) => {
      const { id, token } = turn(world.players, n)
      const report = { episodeId: turn(world.titles, n).episodeId, position: 60, sequence: 1 }
      return {
        key: id,
        value: String(n),
        ask: {
          method: 'POST',
          path: '/api/v1/progress',
          token,
          headers: keyed(`${tag}-play-${n}`, n),
          body: { ...report, duration: durationSeconds, sessionId: `${tag}-${n}`, state: 'stopped' },
        },
      }
    },
    progress: createReports(world),
  }
}

/** One report after the other of each sitting, not waiting for the answer: two instances may keep them in any order. */
function createReports({ tag, watchers }: World): Writer {
  const next = new Map<string, number>()
  return (n) => {
    const { id, token, episodeId, sessionId } = turn(watchers, n)
    const sequence = (next.get(id) ?? 0) + 1
    next.set(id, sequence)
    const position = positionOf(sequence)
    return {
      key: id,
      value: String(sequence),
      ask: {
        method: 'POST',
        path: '/api/v1/progress',
        token,
        headers: keyed(`${tag}-report-${n}`, n),
        body: { episodeId, position, duration: durationSeconds, sessionId, sequence, state: 'playing' },
      },
      examine: ({ outcome, answer }) =>
        outcome === 'ok' && answer!.json.position < position
          ? `report ${sequence} of ${id} is answered with the earlier position ${answer!.json.position}`
          : undefined,
    }
  }
}

/** Over the first 5 s, which are weak. */
export const positionOf = (sequence: number) => 10 + sequence

/** One edit of a title at a time, each upon the version that was read or made before. */
function createEdits({ tag, edited }: World, sender: Sender): Writer {
  const busy = new Set<string>()
  const etags = new Map<string, string>()
  return async (n) => {
    const id = turn(edited, n)
    if (busy.has(id)) return undefined
    busy.add(id)
    const path = `/api/v1/content/${id}`
    const token = readRun().tokens.editor
    const etag = etags.get(id) ?? (await sender.send({ method: 'GET', path, token })).answer?.headers.etag
    etags.delete(id)
    if (etag === undefined) return void busy.delete(id)
    return {
      key: id,
      value: String(n),
      ask: {
        method: 'PATCH',
        path,
        token,
        headers: { 'if-match': etag, 'content-type': 'application/merge-patch+json' },
        body: { description: `${tag} ${n}` },
      },
      examine({ outcome, answer }) {
        if (outcome === 'ok') etags.set(id, answer!.headers.etag!)
        busy.delete(id)
        return undefined
      },
    }
  }
}
