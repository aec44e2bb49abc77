import { Agent, type Dispatcher } from 'undici'
import { type Role, readRun } from './platform.js'

export interface Ask {
  method?: string
  as?: Role
  token?: string
  headers?: Record<string, string>
  /** A string is sent as it is, anything else as JSON. */
  body?: unknown
}

export interface Answer {
  status: number
  headers: Record<string, string>
  text: string
  /** The parsed body, undefined where there is none. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers by path; their shape is checked against /openapi.json
  json: any
}

const agent = new Agent({ connections: 64, headersTimeout: 30_000, bodyTimeout: 30_000 })

/** One after the other, so that a story tells of all of them as of one. */
let turn = 0

const flat = (headers: Dispatcher.ResponseData['headers']) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )

/** One request over a gateway, the next at each call, its path sent untouched (no normalisation). */
export async function send(path: string, ask: Ask = {}): Promise<Answer> {
  const run = readRun()
  const headers: Record<string, string> = { ...ask.headers }
  const token = ask.token ?? (ask.as && run.tokens[ask.as])
  if (token) headers.authorization = `Bearer ${token}`
  let body: string | undefined
  if (typeof ask.body === 'string') body = ask.body
  else if (ask.body !== undefined) {
    body = JSON.stringify(ask.body)
    headers['content-type'] ??= 'application/json'
  }
  const once = (origin: string) =>
    agent.request({
      origin,
      path,
      method: (ask.method ?? 'GET') as Dispatcher.HttpMethod,
      headers,
      body: body ?? null,
    })
  const gateways = run.instances.gateway as string[]
  const next = () => once(gateways[turn++ % gateways.length] as string)
  let answer = await next()
  // A polite client: it waits as long as it is told, so that the stories hold on a platform with its usual limits too.
  while (answer.statusCode === 429) {
    await answer.body.dump()
    await new Promise((resolve) => setTimeout(resolve, Number(answer.headers['retry-after']) * 1000))
    answer = await next()
  }
  const text = await answer.body.text()
  const isJson = String(answer.headers['content-type'] ?? '').includes('json') && text !== ''
  return {
    status: answer.statusCode,
    headers: flat(answer.headers),
    text,
    json: isJson ? JSON.parse(text) : undefined,
  }
}

export const closeClient = () => agent.close()
