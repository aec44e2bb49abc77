import { settle } from '@marquee/test-kit'
import { Agent, type Dispatcher } from 'undici'
import type { Ask } from '../../../client.js'
import type { Scene } from '../../case.js'
import { patience } from '../../patience.js'

const agent = new Agent({ connections: 128, headersTimeout: 30_000, bodyTimeout: 30_000 })

export interface Told {
  status: number
  headers: Record<string, string>
  /** The parsed body, undefined where it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: answers are read by path
  json: any
}

/** One request of a client that is told by which gateway to go; null: no whole answer came. */
export async function tell(scene: Scene, gateway: string, path: string, ask: Ask): Promise<Told | null> {
  const token = ask.token ?? (ask.as && scene.run().tokens[ask.as])
  const headers = {
    ...(ask.body !== undefined && { 'content-type': 'application/json' }),
    ...ask.headers,
    ...(token && { authorization: `Bearer ${token}` }),
  }
  try {
    const answer = await agent.request({
      origin: gateway,
      path,
      method: (ask.method ?? 'GET') as Dispatcher.HttpMethod,
      headers,
      body: ask.body === undefined ? null : JSON.stringify(ask.body),
    })
    const text = await answer.body.text()
    const json = String(answer.headers['content-type'] ?? '').includes('json') && text !== ''
    return {
      status: answer.statusCode,
      headers: Object.fromEntries(
        Object.entries(answer.headers).map(([name, value]) => [name, String(value)]),
      ),
      json: json ? JSON.parse(text) : undefined,
    }
  } catch {
    return null
  }
}

/** Origins of the gateways, the one that is asked first in front. */
export function gateways(scene: Scene, first = 0): string[] {
  const all = scene.run().instances.gateway!
  return [...all.slice(first), ...all.slice(0, first)]
}

const isFinal = ({ status, json }: Told): boolean => status < 500 && json?.code !== 'idempotency_key_in_use'

let turns = 0
/** Clients are spread over the gateways. */
export const nextGateway = (scene: Scene): string => gateways(scene)[turns++ % gateways(scene).length]!

/**
 * The same request again and again, by one gateway after the other, until it is answered: what a client does that has an
 * Idempotency-Key. @throws after `timeoutMs` without one
 */
export async function untilAnswered(
  scene: Scene,
  path: string,
  ask: Ask,
  { timeoutMs = 20_000 * patience, first = turns++ } = {},
): Promise<Told> {
  let turn = first
  return await settle(
    async () => {
      const all = gateways(scene)
      const told = await tell(scene, all[turn++ % all.length]!, path, ask)
      if (told && isFinal(told)) return told
      throw new Error(
        `${ask.method ?? 'GET'} ${path}: ${told ? `${told.status} ${told.json?.code}` : 'no answer'}`,
      )
    },
    { timeoutMs, everyMs: 50 },
  )
}

/** An answer that was hoped for, with its status in the message when it is another one. */
export function created(told: Told | null): Told {
  if (told && told.status < 300) return told
  const seen = told ? `${told.status} ${JSON.stringify(told.json)}` : 'no answer'
  throw new Error(`expected a success, got ${seen}`)
}

/** The header, of any text of ASCII. */
export const withKey = (text: string) => ({ 'idempotency-key': text.replaceAll(' ', '-') })

/** A title of a test's own. */
export async function newTitle(scene: Scene, title: string, more: object = {}): Promise<string> {
  const body = { kind: 'movie', title, origin: 'other', originalLanguage: 'en', status: 'published', ...more }
  const ask: Ask = { method: 'POST', as: 'editor', headers: withKey(`${title} title`), body }
  return created(await untilAnswered(scene, '/api/v1/content', ask)).json.id
}
