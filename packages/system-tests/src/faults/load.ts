import { checkAnswer } from '../checked.js'
import { type Ask, send } from '../client.js'

/**
 * ok: acknowledged. fail: refused before it had an effect (4xx, or no connection). unknown: anything else (reset, timeout, 5xx); it
 * may have had its effect.
 */
export type Outcome = 'ok' | 'fail' | 'unknown'

export interface Write {
  /** What the write is about: a title whose views it counts, or the slug it makes. */
  key: string
  kind: 'view' | 'create'
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

/** Starts `writers` loops that write until stopped; each write is logged with what its client was told. */
export function startLoad(options: { writers: number; titles: string[]; tag: string }) {
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
  async function writer(index: number) {
    while (running) {
      const kind = index % 4 === 0 ? 'create' : 'view'
      const key =
        kind === 'create' ? `${options.tag}-title-${n++}` : options.titles[n++ % options.titles.length]!
      const startedAt = Date.now()
      const outcome = await attempt(...(kind === 'create' ? create(key) : view(key)), violations)
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
