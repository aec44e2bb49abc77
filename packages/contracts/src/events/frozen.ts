import { z } from '../z.js'
import { type EventType, eventTypes, versionsOf } from './event-types.js'

/** A JSON Schema, or a part of one. */
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json }

/** File name of each version of each event type, without folder, to what it is as JSON Schema now. */
export function eventSchemas(): Map<string, Json> {
  const all = (Object.keys(eventTypes) as EventType[]).flatMap((type) =>
    versionsOf(type).map(({ version, schema }) => [`${type}.v${version}.schema.json`, schema] as const),
  )
  // As it is read: unknown fields are not refused.
  return new Map(all.map(([file, schema]) => [file, z.toJSONSchema(schema, { io: 'input' }) as Json]))
}

const isObject = (json: Json | undefined): json is { [name: string]: Json } =>
  typeof json === 'object' && json !== null && !Array.isArray(json)

/** Words for people only. */
const annotations = new Set(['title', 'description', 'examples', 'example'])

/**
 * What makes `now` another schema than the frozen one, one line each. A new field that may be left out makes no difference; anything
 * else does, also what would accept more: who reads the frozen version does not know it.
 */
export function breaches(frozen: Json, now: Json, at = ''): string[] {
  if (!isObject(frozen) || !isObject(now))
    return JSON.stringify(frozen) === JSON.stringify(now)
      ? []
      : [`${at || '/'}: was ${brief(frozen)}, is ${brief(now)}`]
  const keywords = new Set([...Object.keys(frozen), ...Object.keys(now)])
  return [...keywords]
    .filter((keyword) => !annotations.has(keyword))
    .flatMap((keyword) => keywordBreaches(keyword, frozen, now, at))
}

function keywordBreaches(
  keyword: string,
  frozen: { [name: string]: Json },
  now: { [name: string]: Json },
  at: string,
): string[] {
  const [before, after] = [frozen[keyword], now[keyword]]
  if (keyword === 'properties') return propertyBreaches(before, after, at)
  if (keyword === 'required') return requiredBreaches(before, after, at)
  if (keyword === 'items' && isObject(before) && isObject(after))
    return breaches(before, after, `${at}/items`)
  if (keyword === 'anyOf' && Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((one, n) => breaches(one, after[n]!, at))
  return breaches(before ?? null, after ?? null, `${at} ${keyword}`)
}

function propertyBreaches(before: Json | undefined, after: Json | undefined, at: string): string[] {
  const now = isObject(after) ? after : {}
  return Object.entries(isObject(before) ? before : {}).flatMap(([name, schema]) =>
    now[name] === undefined ? [`${at}/${name}: is gone`] : breaches(schema, now[name], `${at}/${name}`),
  )
}

function requiredBreaches(before: Json | undefined, after: Json | undefined, at: string): string[] {
  const [was, is] = [before, after].map((names) => (Array.isArray(names) ? names.map(String) : []))
  return [
    ...is!.filter((name) => !was!.includes(name)).map((name) => `${at}/${name}: is required now`),
    ...was!.filter((name) => !is!.includes(name)).map((name) => `${at}/${name}: may be left out now`),
  ]
}

const brief = (json: Json) => JSON.stringify(json).slice(0, 100)
