import { responseChecker } from '@marquee/test-kit'
import { Agent, type Dispatcher } from 'undici'
import { type Answer, send as sendOnce } from '../../client.js'
import { readRun } from '../../platform.js'
import type { Outcome } from './write.js'

/** A request of a writer. */
export interface Ask {
  method: 'POST' | 'PATCH' | 'GET'
  path: string
  token?: string | undefined
  headers?: Record<string, string>
  body?: object
}

export interface Told {
  outcome: Outcome
  ms: number
  via: string
  /** Absent where none came. */
  answer?: Pick<Answer, 'status' | 'headers' | 'json'>
}

// Longer than any answer may take, so that one that takes too long is seen.
const patienceMs = 20_000
const unsent = new Set(['ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT'])

const codeOf = (error: unknown) =>
  String((error as { code?: string }).code ?? (error as { cause?: { code?: string } }).cause?.code)

/** Sends to both gateways in turn, and holds every answer against /openapi.json. */
export async function createSender() {
  const agent = new Agent({ connections: 256, headersTimeout: patienceMs, bodyTimeout: patienceMs })
  const check = responseChecker((await sendOnce('/openapi.json')).json)
  const violations: string[] = []
  let turn = 0

  async function ask(origin: string, { method, path, token, headers, body }: Ask) {
    const response = await agent.request({
      origin,
      path,
      method: method as Dispatcher.HttpMethod,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(token && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      body: body ? JSON.stringify(body) : null,
    })
    const text = await response.body.text()
    const flat = Object.fromEntries(
      Object.entries(response.headers).map(([name, value]) => [name, String(value ?? '')]),
    )
    return { status: response.statusCode, headers: flat, json: text === '' ? undefined : JSON.parse(text) }
  }

  return {
    /** Answers that were not what /openapi.json says, and promises of single answers that were broken. */
    violations,
    async send(request: Ask): Promise<Told> {
      const { gateway = [readRun().api] } = readRun().instances ?? {}
      const n = turn++ % gateway.length
      const via = n === 0 ? 'gateway' : `gateway#${n + 1}`
      const began = performance.now()
      const told = (outcome: Outcome) => ({ outcome, ms: performance.now() - began, via })
      try {
        const answer = await ask(gateway[n]!, request)
        const { status, headers, json } = answer
        try {
          check(request.method, request.path, { status, contentType: headers['content-type'], json })
        } catch (error) {
          violations.push((error as Error).message)
        }
        return { ...told(status < 300 ? 'ok' : status < 500 ? 'fail' : 'unknown'), answer }
      } catch (error) {
        return told(unsent.has(codeOf(error)) ? 'fail' : 'unknown')
      }
    },
    close: () => agent.destroy(),
  }
}

export type Sender = Awaited<ReturnType<typeof createSender>>
