import type { z } from 'zod'
import type { FieldError } from './api-error.js'
import { decode, fieldErrors, invalidRequest, refuseUnstorable } from './input.js'

const at = (name: PropertyKey | undefined) => `?${String(name)}`
const noValues: Record<string, never> = Object.freeze({})

/**
 * A reader of query strings for one endpoint: 400 for unknown names, for names repeated where the schema is no array, for what is
 * not percent-encoded UTF-8 and for what the schema refuses.
 */
export function queryReader(schema: z.ZodObject | undefined): (search: string) => unknown {
  const arrays = new Map(Object.entries(schema?.shape ?? {}).map(([name, type]) => [name, isArray(type)]))
  return (search) => {
    if (!schema && search === '') return noValues
    const values = collect(search, arrays)
    if (!schema) return noValues
    const result = schema.safeParse(values)
    if (result.success) return result.data
    throw invalidRequest(
      'A query parameter is not valid.',
      fieldErrors(result.error.issues, (path) => at(path[0])),
    )
  }
}

/** Looks through optional, default, nullable and pipes to the type that is read. */
function isArray(type: z.core.$ZodType): boolean {
  const def = type._zod.def as { type: string; innerType?: z.core.$ZodType; in?: z.core.$ZodType }
  if (def.innerType) return isArray(def.innerType)
  if (def.in) return isArray(def.in)
  return def.type === 'array'
}

function collect(search: string, arrays: Map<string, boolean>): Record<string, string | string[]> {
  const values: Record<string, string | string[]> = {}
  const errors: FieldError[] = []
  for (const pair of search === '' ? [] : search.split('&')) {
    if (pair === '') continue
    const equals = pair.indexOf('=')
    const name = part(equals < 0 ? pair : pair.slice(0, equals), '?')
    const fault = add(values, arrays, name, equals < 0 ? '' : part(pair.slice(equals + 1), at(name)))
    if (fault && errors.push(fault) >= 20) break
  }
  if (errors.length > 0) throw invalidRequest('A query parameter is unknown or repeated.', errors)
  return values
}

function part(text: string, pointer: string): string {
  const decoded = decode(text.includes('+') ? text.replaceAll('+', '%20') : text, pointer)
  refuseUnstorable(decoded, pointer)
  return decoded
}

function add(
  values: Record<string, string | string[]>,
  arrays: Map<string, boolean>,
  name: string,
  value: string,
): FieldError | undefined {
  const array = arrays.get(name)
  if (array === undefined)
    return { pointer: at(name.slice(0, 100)), code: 'unrecognized_keys', message: 'is not known here' }
  const before = values[name]
  if (array) values[name] = Array.isArray(before) ? [...before, value] : [value]
  else if (before === undefined) values[name] = value
  else return { pointer: at(name), code: 'repeated', message: 'is given more than once' }
  return undefined
}
