import { ApiError } from './api-error.js'
import { decode } from './input.js'

interface Node<T> {
  literals: Map<string, Node<T>>
  parameter: Node<T> | undefined
  /** Method to what answers it; parameter names belong to the method's own template. */
  answers: Map<string, Answer<T>>
}
interface Answer<T> {
  value: T
  names: string[]
}

export interface Match<T> {
  value: T
  params: Record<string, string>
}

export interface RouteTable<T> {
  add(method: string, template: string, value: T): void
  /** undefined: no such path. @throws ApiError method_not_allowed with `Allow`, invalid_request for bad percent-encoding. */
  match(method: string, path: string): Match<T> | undefined
  /** Methods of a path, for OPTIONS; undefined when there is no such path. */
  allow(path: string): string | undefined
}

const node = <T>(): Node<T> => ({ literals: new Map(), parameter: undefined, answers: new Map() })
const noParams: Record<string, string> = Object.freeze({})

/** Literal segments win over parameters, whatever the order of declaration; case and trailing slashes count. */
export function createRouteTable<T>(): RouteTable<T> {
  const root = node<T>()
  /** Templates without parameters, found in one step. */
  const whole = new Map<string, Node<T>>()

  const find = (path: string, values: string[]) => whole.get(path) ?? descend(root, path, 1, values)

  return {
    add(method, template, value) {
      const { end, names } = grow(root, template)
      if (end.answers.has(method)) throw new Error(`${method} ${template} is declared twice`)
      end.answers.set(method, { value, names })
      if (names.length === 0) whole.set(template, end)
    },
    match(method, path) {
      const values: string[] = []
      const found = find(path, values)
      if (!found) return undefined
      const answer = found.answers.get(method) ?? (method === 'HEAD' ? found.answers.get('GET') : undefined)
      if (!answer) throw methodNotAllowed(method, allowed(found))
      return { value: answer.value, params: named(answer.names, values) }
    },
    allow(path) {
      const found = find(path, [])
      return found && allowed(found)
    },
  }
}

function grow<T>(root: Node<T>, template: string): { end: Node<T>; names: string[] } {
  const names: string[] = []
  let end = root
  for (const segment of template.slice(1).split('/')) {
    const name = /^\{(\w+)\}$/.exec(segment)?.[1]
    let next = name === undefined ? end.literals.get(segment) : end.parameter
    if (!next) {
      next = node<T>()
      if (name === undefined) end.literals.set(segment, next)
      else end.parameter = next
    }
    if (name !== undefined) names.push(name)
    end = next
  }
  return { end, names }
}

function descend<T>(at: Node<T>, path: string, from: number, values: string[]): Node<T> | undefined {
  const slash = path.indexOf('/', from)
  const segment = slash < 0 ? path.slice(from) : path.slice(from, slash)
  const last = slash < 0
  const deeper = (next: Node<T> | undefined) => {
    if (!next) return undefined
    if (last) return next.answers.size > 0 ? next : undefined
    return descend(next, path, slash + 1, values)
  }
  const literal = deeper(at.literals.get(segment))
  if (literal || segment === '') return literal
  values.push(segment)
  const found = deeper(at.parameter)
  if (!found) values.pop()
  return found
}

function named(names: string[], values: string[]): Record<string, string> {
  if (names.length === 0) return noParams
  const params: Record<string, string> = {}
  for (let i = 0; i < names.length; i++) {
    const name = names[i] as string
    params[name] = decode(values[i] as string, `{${name}}`)
  }
  return params
}

function allowed<T>(found: Node<T>): string {
  const methods = new Set(found.answers.keys())
  if (methods.has('GET')) methods.add('HEAD')
  return [...methods, 'OPTIONS'].join(', ')
}

export const methodNotAllowed = (method: string, allow: string) =>
  new ApiError('method_not_allowed', `${method} is not possible here; ${allow} are.`, { headers: { allow } })
