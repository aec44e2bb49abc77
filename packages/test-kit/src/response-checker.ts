import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: object }> }>
}
interface Document {
  paths: Record<string, Record<string, Operation>>
}
export interface CheckedAnswer {
  status: number
  contentType: string | undefined
  /** The parsed body, undefined where there is none. */
  json: unknown
}

/**
 * Holds answers against an OpenAPI 3.1 document: the status is documented for the operation and the body matches its schema.
 * `check` throws what is wrong. Paths that the document does not name may only answer with a problem.
 */
export function responseChecker(document: object) {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
  ajv.addSchema(document, 'openapi')
  const { paths } = document as Document
  const templates = Object.keys(paths)
    .sort((a, b) => a.split('{').length - b.split('{').length)
    .map((path) => ({ path, pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`) }))
  const escaped = (part: string) => part.replaceAll('~', '~0').replaceAll('/', '~1')
  const pointer = (...parts: string[]) =>
    `openapi#/${parts.map((part) => encodeURIComponent(escaped(part))).join('/')}`

  function validate(ref: string, json: unknown, what: string) {
    const check = ajv.getSchema(ref)
    if (!check) throw new Error(`${what}: no schema at ${ref}`)
    if (!check(json))
      throw new Error(
        `${what} does not match its schema: ${ajv.errorsText(check.errors)}\n${JSON.stringify(json)}`,
      )
  }

  return function check(method: string, url: string, answer: CheckedAnswer): void {
    const pathname = url.split(/[?#]/)[0] ?? url
    const verb = method.toLowerCase() === 'head' ? 'get' : method.toLowerCase()
    const template = templates.find(
      ({ path, pattern }) => pattern.test(pathname) && paths[path]?.[verb],
    )?.path
    const what = `${method} ${pathname.slice(0, 120)} ${answer.status}`
    const media = answer.contentType?.split(';')[0]
    const operation = template && paths[template]?.[verb]
    if (!operation) {
      // OPTIONS tells what a path allows and has no operation of its own.
      if (answer.json === undefined && (verb === 'options' || method === 'HEAD')) return
      if (media !== 'application/problem+json')
        throw new Error(`${what}: no such operation, and no problem but ${media}`)
      validate(pointer('components', 'schemas', 'Problem'), answer.json, what)
      return
    }
    const response = operation.responses[answer.status]
    // 304 has no body, 405 belongs to the path and not to the operation.
    if (!response) {
      if (answer.status === 304) return
      throw new Error(`${what}: this status is not documented for ${template}`)
    }
    if (answer.json === undefined) {
      if (response.content && method !== 'HEAD') throw new Error(`${what}: a body is documented, none came`)
      return
    }
    if (!media || !response.content?.[media]) throw new Error(`${what}: ${media} is not documented`)
    const node = ['paths', template, verb, 'responses', String(answer.status), 'content', media, 'schema']
    validate(pointer(...node), answer.json, what)
  }
}
