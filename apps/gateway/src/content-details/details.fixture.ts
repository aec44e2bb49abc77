import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type ContentDetails, type Part, world } from '@marquee/contracts'
import { responseChecker } from '@marquee/test-kit'
import { ask, type RawAnswer, type Stub, type Surroundings, sendJson, surround } from '../gateway.fixture.js'

/** What a downstream does with a request; `good` answers as it should. */
export type Manner = 'good' | 'silent' | 'reset' | '404' | '500' | '503' | 'garbage' | 'wrong shape'
export const faults: Manner[] = ['silent', 'reset', '500', '503', 'garbage', 'wrong shape']
export type Downstream = keyof ContentDetails['parts']
export const optional = ['reviews', 'trending', 'audience', 'viewer'] as const

const views = { totalViews: 1043, dayViews: 12, rank: 3 }
const audience = { viewers: 310, plays: 702, source: 'primary', ageMs: 0 }
const reviews = { items: [world.reviews.minaOnWinterTide], next: null, summary: world.reviewSummary }

/** A gateway whose apps know one title, made up per call so that nobody shares its keys in the cache. */
export async function surroundDetails(env: Record<string, string> = {}) {
  const around: Surroundings = await surround({ env })
  const { catalog, reviews: reviewsApp, trending, userHistory } = around
  const id = randomUUID()
  const slug = `title-${id}`
  const manner: Record<Downstream, Manner> = {
    catalog: 'good',
    reviews: 'good',
    trending: 'good',
    audience: 'good',
    viewer: 'good',
  }
  const delayMs: Partial<Record<Downstream, number>> = {}
  const good: Record<Downstream, unknown> = {
    catalog: { ...world.contents.winterTide, id, slug, episodes: [world.episodes.winterTide1], credits: [] },
    reviews,
    trending: views,
    audience,
    viewer: world.viewerState,
  }

  const reply = (who: Downstream, res: ServerResponse): void => {
    const problem = (status: number, code: string) =>
      sendJson(res, status, {
        status,
        code,
        title: 'x',
        type: 'x',
        detail: 'At 10.0.0.9.',
        instance: '/',
        requestId: 'r',
      })
    const manners: Record<Manner, () => void> = {
      good: () => sendJson(res, 200, good[who], who === 'catalog' ? { 'content-language': 'ko' } : {}),
      silent: () => undefined,
      reset: () => void res.destroy(),
      404: () => problem(404, 'content_not_found'),
      500: () => problem(500, 'internal'),
      503: () => problem(503, 'unavailable'),
      garbage: () => void res.writeHead(200, { 'content-type': 'application/json' }).end('{"items":['),
      'wrong shape': () => sendJson(res, 200, { items: 'none', viewers: 'many', run: 0, totalViews: null }),
    }
    manners[manner[who]]()
  }
  const answerAs = (stub: Stub, which: (req: IncomingMessage) => Downstream): void => {
    stub.answer = (req, res) => {
      const who = which(req)
      const ms = delayMs[who]
      if (ms === undefined) reply(who, res)
      else setTimeout(reply, ms, who, res)
    }
  }
  answerAs(catalog, ({ url }) => (url?.startsWith('/internal/') ? 'audience' : 'catalog'))
  answerAs(reviewsApp, () => 'reviews')
  answerAs(trending, () => 'trending')
  answerAs(userHistory, () => 'viewer')

  const stubs = [catalog, reviewsApp, trending, userHistory]
  const check = responseChecker(JSON.parse((await ask(around.gateway, '/openapi.json')).body) as object)
  const token = async (sub = 'mina') => ({ authorization: `Bearer ${await around.key.sign({ sub })}` })

  /** Asks for the details and holds the answer against the published document. */
  async function details({
    ref = id,
    query = '',
    method = 'GET',
    headers = {},
    gateway = around.gateway,
  }: {
    ref?: string
    query?: string
    method?: string
    headers?: Record<string, string>
    gateway?: { port: number }
  } = {}) {
    const path = `/api/v1/content/${ref}/details`
    const startedAt = performance.now()
    const answer: RawAnswer = await ask(gateway, path + query, { method, headers })
    const ms = performance.now() - startedAt
    const json = answer.body === '' ? undefined : JSON.parse(answer.body)
    const contentType = answer.headers['content-type']
    if (answer.status !== 405 && method !== 'OPTIONS')
      check(method, path, { status: answer.status, contentType, json })
    return { ...answer, startedAt, ms, json, part: (name: Downstream): Part => json.parts[name] }
  }

  return {
    ...around,
    id,
    slug,
    manner,
    delayMs,
    good,
    token,
    details,
    /** Paths that apps were asked, sorted. */
    asked: () => stubs.flatMap(({ seen }) => seen.map(({ url }) => url)).sort(),
    forget: () => {
      for (const stub of stubs) stub.seen.length = 0
    },
    stubs,
  }
}
export type DetailsSurroundings = Awaited<ReturnType<typeof surroundDetails>>
