import { randomUUID } from 'node:crypto'
import { checkAnswer } from '../checked.js'
import { type Ask, send } from '../client.js'
import { tokenOf } from '../people.js'

/**
 * ok: acknowledged. fail: refused before it had an effect (4xx, or no connection). unknown: anything else (reset, timeout, 5xx); it
 * may have had its effect.
 */
export type Outcome = 'ok' | 'fail' | 'unknown'

export const kinds = ['view', 'create', 'review', 'play'] as const
export type Kind = (typeof kinds)[number]

export interface Write {
  /** What the write is about: a title whose views it counts, the slug it makes, the person who reviews or plays. */
  key: string
  kind: Kind
  outcome: Outcome
  startedAt: number
  ms: number
}

const refused = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT'])
const codeOf = (error: unknown) =>
  String((error as { code?: string }).code ?? (error as { cause?: { code?: string } }).cause?.code)

async function attempt(path: string, ask: Ask, violations: string[]): Promise<Outcome> {
  try {
    const answer = await send(path, ask)
    try {
      await checkAnswer(path, ask, answer)
    } catch (error) {
      violations.push((error as Error).message)
    }
    if (answer.status < 300) return 'ok'
    return answer.status < 500 ? 'fail' : 'unknown'
  } catch (error) {
    return refused.has(codeOf(error)) ? 'fail' : 'unknown'
  }
}

export interface Load {
  writers: number
  titles: string[]
  tag: string
  /** The title that is reviewed, by a new person each time. */
  reviewed: string
  /** What the players play, one sitting after the other. */
  episodeId: string
  players: string[]
}

/** Starts `writers` loops that write until stopped; each write is logged with what its client was told. */
export function startLoad(options: Load) {
  const log: Write[] = []
  let running = true
  let n = 0
  const violations: string[] = []
  const view = (key: string): [string, Ask] => [
    `/api/v1/content/${key}/views/increment`,
    {
      method: 'POST',
      headers: { 'idempotency-key': `${options.tag}-${n++}` },
      body: { viewerId: `${options.tag}-${n}` },
    },
  ]
  const create = (slug: string): [string, Ask] => [
    '/api/v1/content',
    {
      method: 'POST',
      as: 'editor',
      headers: { 'idempotency-key': slug },
      body: { slug, kind: 'movie', title: slug, origin: 'other', originalLanguage: 'en', status: 'draft' },
    },
  ]
  const review = (id: string): [string, Ask] => [
    `/api/v1/content/${options.reviewed}/reviews`,
    { method: 'POST', token: tokenOf(id), body: { rating: (n % 10) + 1, text: options.tag } },
  ]
  const tokens = new Map(options.players.map((id) => [id, tokenOf(id)]))
  const play = (id: string): [string, Ask] => [
    '/api/v1/progress',
    {
      method: 'POST',
      token: tokens.get(id)!,
      body: {
        episodeId: options.episodeId,
        position: 60,
        duration: 3720,
        sessionId: randomUUID(),
        sequence: 1,
        state: 'stopped',
      },
    },
  ]
  const writes: Record<Kind, { key: () => string; ask: (key: string) => [string, Ask] }> = {
    view: { key: () => options.titles[n++ % options.titles.length]!, ask: view },
    create: { key: () => `${options.tag}-title-${n++}`, ask: create },
    review: { key: () => randomUUID(), ask: review },
    play: { key: () => options.players[n++ % options.players.length]!, ask: play },
  }
  async function writer(index: number) {
    while (running) {
      const kind = kinds[index % kinds.length]!
      const key = writes[kind].key()
      const startedAt = Date.now()
      const outcome = await attempt(...writes[kind].ask(key), violations)
      log.push({ key, kind, outcome, startedAt, ms: Date.now() - startedAt })
      // What fails, fails at once: without a pause a dead process would fill the log.
      if (outcome !== 'ok') await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const writers = Array.from({ length: options.writers }, (_, index) => writer(index))
  return {
    log,
    /** Answers that were not what /openapi.json says. */
    violations,
    async stop() {
      running = false
      await Promise.all(writers)
    },
  }
}

export const count = (log: Write[], want: Partial<Pick<Write, 'key' | 'kind' | 'outcome'>>) =>
  log.filter((write) => Object.entries(want).every(([name, value]) => write[name as keyof Write] === value))
    .length
