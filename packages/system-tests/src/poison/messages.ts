import { randomUUID } from 'node:crypto'
import { isEventType, schemaOf } from '@marquee/contracts'
import type { TopicMessage } from '@marquee/test-kit'

/** What is put into a topic; null is a key or a body that is not there. */
export interface Put {
  key: string | null
  value: string | null
  headers: Record<string, string>
}

/** Beside those of the envelope: tells afterwards where what we have put is. Nobody reads it. */
export const markHeader = 'x-put'

const required = ['ce_id', 'ce_source', 'ce_time', 'ce_subject', 'ce_schemaversion', 'ce_subjectversion']

const without = (headers: Record<string, string>, ...names: string[]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))

/**
 * Ways to be nothing that anybody can do. Each is made of an event that is right, with an id of its own and a newer version: a consumer
 * that takes it nevertheless has an effect that shows.
 */
export const kinds: Record<string, (right: Put, n: number) => Put> = {
  'bad JSON': (right) => ({ ...right, value: right.value!.slice(0, -1) }),
  'no body': (right) => ({ ...right, value: null }),
  'wrong schema': (right, n) => ({ ...right, value: JSON.stringify({ nonsense: n }) }),
  'a header missing': (right, n) => ({
    ...right,
    headers: without(right.headers, required[n % required.length]!),
  }),
  'no headers': (right) => ({ ...right, headers: {} }),
  'unknown version': (right) => ({ ...right, headers: { ...right.headers, ce_schemaversion: '99' } }),
  'no time': (right) => ({ ...right, headers: { ...right.headers, ce_time: 'yesterday' } }),
  'far future': (right) => ({ ...right, headers: { ...right.headers, ce_time: '9999-01-01T00:00:00Z' } }),
  'unknown type': (right) => ({ ...right, headers: { ...right.headers, ce_type: 'content.praised' } }),
  'of another subject': (right) => {
    const another = randomUUID()
    return { ...right, key: another, headers: { ...right.headers, ce_subject: another } }
  },
  'wrong key': (right) => ({ ...right, key: randomUUID() }),
  'no key': (right) => ({ ...right, key: null }),
}

/** Whether a stored message is an event that consumers do: what we put before, or others, is left out. */
export function isRight({ key, value, headers }: TopicMessage): boolean {
  const { ce_type: type = '' } = headers
  if (headers[markHeader] !== undefined || !isEventType(type) || key !== headers.ce_subject) return false
  if (required.some((name) => !headers[name])) return false
  try {
    return schemaOf(type, Number(headers.ce_schemaversion))?.safeParse(JSON.parse(value)).success === true
  } catch {
    return false
  }
}

/** `count` of poison, all kinds in turn, made of what is right. */
export function poisonOf(right: readonly TopicMessage[], count: number, mark: string): Put[] {
  const makers = Object.values(kinds)
  return Array.from({ length: count }, (_, n) => {
    const { key, value, headers } = right[n % right.length]!
    const version = String(Number(headers.ce_subjectversion) + 1000)
    const event = { key, value, headers: { ...headers, ce_id: randomUUID(), ce_subjectversion: version } }
    const made = makers[n % makers.length]!(event, Math.floor(n / makers.length))
    return { ...made, headers: { ...made.headers, [markHeader]: mark } }
  })
}

/** `count` of the events that are there, each as it is; again and again where there are fewer. */
export const duplicatesOf = (right: readonly TopicMessage[], count: number, mark: string): Put[] =>
  Array.from({ length: count }, (_, n) => {
    const { key, value, headers } = right[n % right.length]!
    return { key, value, headers: { ...headers, [markHeader]: mark } }
  })

/** As Kafka's console producer reads it, with the properties below. */
export const lineOf = ({ key, value, headers }: Put): string => {
  const pairs = Object.entries(headers).map(([name, text]) => `${name}:${text}`)
  return [pairs.join(separator), key ?? nothing, value ?? nothing].join('\t')
}

const separator = ';;'
const nothing = '<nothing>'
export const lineProperties = [
  'parse.key=true',
  'parse.headers=true',
  `headers.separator=${separator}`,
  `null.marker=${nothing}`,
]
