import {
  extendZodWithOpenApi,
  OpenAPIRegistry,
  OpenApiGeneratorV31,
  type ResponseConfig,
  type RouteConfig,
  zodToOpenAPIRegistry,
} from '@asteasolutions/zod-to-openapi'
import { Problem, type ProblemCode, problemCodes } from '@marquee/contracts'
import { z } from 'zod'
import type { Endpoint, ResponseSpec } from './endpoint.js'
import { problemsByStatus } from './implied-problems.js'
import { problemType } from './problem.js'
import { jsonType } from './reply.js'

extendZodWithOpenApi(z)

export interface DocumentInfo {
  title: string
  version: string
  description?: string
  servers?: { url: string; description?: string }[]
  /** Tag to description. */
  tags?: Record<string, string>
}

const security = 'bearer'

/** OpenAPI 3.1 of the endpoints: every operation with its examples and every problem that it can answer with. */
export function openApiDocument(endpoints: Endpoint[], info: DocumentInfo): object {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', security, {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'A token of the platform: `Authorization: Bearer <token>`.',
  })
  for (const endpoint of endpoints) registry.registerPath(operation(endpoint))
  const { title, version, description, servers = [{ url: '/' }], tags = {} } = info
  const used = [...new Set(endpoints.map(({ tag }) => tag))]
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title,
      version,
      description: description ?? title,
      license: { name: 'Proprietary', identifier: 'LicenseRef-Proprietary' },
    },
    servers,
    tags: used.map((name) => ({ name, description: tags[name] ?? `Operations on ${name}` })),
  })
}

function operation(endpoint: Endpoint): RouteConfig {
  const { method, path, operationId, summary, description, tag, params, query, headers } = endpoint
  return {
    method: method.toLowerCase() as Lowercase<typeof method>,
    path,
    operationId,
    summary,
    description,
    tags: [tag],
    security: endpoint.access === 'public' ? [{}, { [security]: [] }] : [{ [security]: [] }],
    request: {
      ...(params && { params }),
      ...(query && { query }),
      ...(headers && { headers }),
      ...(endpoint.body && { body: requestBody(endpoint, endpoint.body) }),
    },
    responses: responses(endpoint),
  }
}

function requestBody({ bodyType = jsonType }: Endpoint, schema: z.ZodType) {
  const required = !schema.safeParse(undefined).success
  const media = withExample(schema)
  return { required, content: { [bodyType]: media, ...(bodyType !== jsonType && { [jsonType]: media }) } }
}

function withExample(schema: z.ZodType, given?: unknown) {
  const example = given ?? zodToOpenAPIRegistry.get(schema)?.example
  return { schema, ...(example !== undefined && { example }) }
}

function responses(endpoint: Endpoint): Record<string, ResponseConfig> {
  const all: Record<string, ResponseConfig> = {}
  for (const [status, spec] of Object.entries(endpoint.responses)) all[status] = success(spec)
  const etag = Object.keys(endpoint.responses[200]?.headers ?? {}).some(
    (name) => name.toLowerCase() === 'etag',
  )
  if (etag && endpoint.method === 'GET')
    all[304] = {
      description: 'Not changed since the ETag of If-None-Match',
      headers: headers({ ETag: 'The same ETag' }),
    }
  for (const [status, codes] of problemsByStatus(endpoint)) {
    const refused = problem(status, codes, endpoint)
    // An endpoint may have an answer of its own under a problem's status (readiness: 503): both are described.
    all[status] = { ...refused, content: { ...all[status]?.content, ...refused.content } }
  }
  return all
}

const success = ({ description, schema, example, headers: named }: ResponseSpec): ResponseConfig => ({
  description,
  headers: headers(named),
  ...(schema && { content: { [jsonType]: withExample(schema, example) } }),
})

function problem(status: number, codes: ProblemCode[], { path }: Endpoint): ResponseConfig {
  const examples = Object.fromEntries(
    codes.map((code) => [code, { summary: problemCodes[code].title, value: exampleOf(code, path) }]),
  )
  return {
    description: codes.map((code) => `\`${code}\`: ${problemCodes[code].hint}`).join(' '),
    headers: headers(problemHeaders(status, codes)),
    content: { [problemType]: { schema: Problem, examples } },
  }
}

const exampleOf = (code: ProblemCode, instance: string) => {
  const { status, title, hint } = problemCodes[code]
  const requestId = '0198c7a2-4f61-7d7c-9a35-3f0f7d1c2b11'
  return { type: `/problems/${code}`, title, status, code, detail: hint, instance, requestId }
}

function problemHeaders(status: number, codes: ProblemCode[]): Record<string, string> {
  const waits = status === 429 || status === 503 || codes.includes('idempotency_key_in_use')
  return {
    ...(waits && { 'Retry-After': 'Seconds to wait before the next try' }),
    ...(status === 401 && { 'WWW-Authenticate': 'The scheme that is expected' }),
    ...(status === 429 && {
      RateLimit: 'What is left of the limit now',
      'RateLimit-Policy': 'The limits that hold here',
    }),
  }
}

const integers = new Set(['retry-after', 'age'])

function headers(named: Record<string, string> = {}) {
  const all = { 'X-Request-Id': 'Names this request in our logs', ...named }
  return Object.fromEntries(
    Object.entries(all).map(([name, description]) => {
      const type: 'integer' | 'string' = integers.has(name.toLowerCase()) ? 'integer' : 'string'
      return [name, { description, schema: { type } }]
    }),
  )
}
