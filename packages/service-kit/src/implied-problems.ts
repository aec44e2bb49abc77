import { type ProblemCode, problemCodes } from '@marquee/contracts'
import type { Endpoint } from './endpoint.js'

/** Any request can end so: Node's parser, the token, the rate, a defect, an outage. */
const always: ProblemCode[] = [
  'bad_request',
  'invalid_request',
  'invalid_token',
  'header_too_large',
  'rate_limited',
  'internal',
  'unavailable',
]
const withBody: ProblemCode[] = [
  'malformed_json',
  'body_timeout',
  'body_too_large',
  'unsupported_media_type',
  'invalid_body',
]

/** Every problem that an endpoint can answer with, by status: its own and those that its declaration implies. */
export function problemsByStatus(endpoint: Endpoint): Map<number, ProblemCode[]> {
  const { access, query, headers } = endpoint
  const codes = new Set<ProblemCode>([...always, ...(endpoint.problems ?? [])])
  const add = (when: boolean, ...more: ProblemCode[]) => when && more.forEach((code) => void codes.add(code))
  add(access !== 'public', 'unauthenticated')
  add(access !== 'public' && access !== 'viewer', 'forbidden')
  add(endpoint.body !== undefined, ...withBody)
  add('cursor' in (query?.shape ?? {}), 'invalid_cursor')
  add('if-match' in (headers?.shape ?? {}), 'precondition_required', 'version_mismatch')
  add('idempotency-key' in (headers?.shape ?? {}), 'idempotency_key_in_use')
  add('idempotency-key' in (headers?.shape ?? {}) && endpoint.body !== undefined, 'idempotency_key_reused')

  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of codes) {
    const { status } = problemCodes[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return new Map([...byStatus].sort(([a], [b]) => a - b))
}
