import type { Access, ProblemCode, Viewer } from '@marquee/contracts'
import type { z } from 'zod'
import type { Logger } from './logger.js'
import type { Reply } from './reply.js'

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
export type BodyType = 'application/json' | 'application/merge-patch+json'

type Shape = z.ZodObject | undefined
type Out<S, Empty> = S extends z.ZodType ? z.output<S> : Empty
type None = Record<never, never>

/** One request, after every check that the endpoint declares. */
export interface Call<P = None, Q = None, H = None, B = undefined, V = Viewer | null> {
  params: P
  query: Q
  headers: H
  body: B
  /** Not null where `access` is not `public`. */
  viewer: V
  /** The client's address, from the signed header; else the peer's. */
  address: string
  requestId: string
  traceparent: string | undefined
  /** Headers for calls to other apps: request id, trace and the signed viewer. */
  forward: Record<string, string>
  log: Logger
  /** Aborted when the client leaves before the answer. */
  signal: AbortSignal
}

export interface ResponseSpec {
  description: string
  /** Left out for an answer without a body. */
  schema?: z.ZodType
  example?: unknown
  /** Name to description. An `ETag` here makes 304 part of a GET. */
  headers?: Record<string, string>
}

export interface EndpointSpec<P extends Shape, Q extends Shape, H extends Shape, B, A extends Access> {
  method: Method
  /** The full public path, the same behind the gateway: `/api/v1/content/{id}`. Literal segments win over `{names}`. */
  path: `/${string}`
  operationId: string
  summary: string
  description: string
  tag: string
  access: A
  params?: P
  /** Values are strings (arrays of strings where the schema is an array). Unknown or repeated parameters are 400. */
  query?: Q
  /** Header names in lower case. */
  headers?: H
  /** Unknown fields are 422. A schema that accepts `undefined` makes the whole body optional. */
  body?: B
  /** A merge patch is also accepted as plain `application/json`. */
  bodyType?: BodyType
  responses: Record<number, ResponseSpec>
  /** Beyond those that access, parameters and body imply. */
  problems?: ProblemCode[]
  handle(
    call: Call<
      Out<P, None>,
      Out<Q, None>,
      Out<H, None>,
      Out<B, undefined>,
      A extends 'public' ? Viewer | null : Viewer
    >,
  ): Promise<Reply> | Reply
}

/** An endpoint as the server sees it: the types of its call are settled by the schemas. */
export interface Endpoint {
  method: Method
  path: `/${string}`
  operationId: string
  summary: string
  description: string
  tag: string
  access: Access
  params?: z.ZodObject | undefined
  query?: z.ZodObject | undefined
  headers?: z.ZodObject | undefined
  body?: z.ZodType | undefined
  bodyType?: BodyType
  responses: Record<number, ResponseSpec>
  problems?: ProblemCode[]
  handle(call: Call<unknown, unknown, unknown, unknown, Viewer | null>): Promise<Reply> | Reply
}

/** Declares an endpoint once: validation, types, OpenAPI and example come from it. Throws on a contradiction. */
export function endpoint<
  P extends Shape = undefined,
  Q extends Shape = undefined,
  H extends Shape = undefined,
  B extends z.ZodType | undefined = undefined,
  A extends Access = Access,
>(spec: EndpointSpec<P, Q, H, B, A>): Endpoint {
  const declared = spec as unknown as Endpoint
  const named = [...spec.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
  const known = Object.keys(declared.params?.shape ?? {})
  if (named.length !== known.length || named.some((name) => !known.includes(String(name))))
    throw new Error(`${spec.operationId}: the path names {${named}}, params names {${known}}`)
  if (spec.body && spec.method === 'GET') throw new Error(`${spec.operationId}: a GET takes no body`)
  return { ...declared, query: strict(declared.query), body: strict(declared.body) }
}

/** Strict unless it already says what becomes of unknown keys. */
function strict<S extends z.ZodType | undefined>(schema: S): S {
  const object = schema as unknown as z.ZodObject | undefined
  if (object?._zod.def.type !== 'object' || object._zod.def.catchall) return schema
  return object.strict() as unknown as S
}
