import {
  type Content,
  InternalAudience,
  InternalViews,
  type Limits,
  Problem,
  ReviewList,
  Uuid,
  ViewerState,
  z,
} from '@marquee/contracts'
import { ApiError, type HttpClient, httpClient, type Incoming, type Instances } from '@marquee/service-kit'
import type { UpstreamName } from '../routes.js'

/** What a call carries on, and what ends it early. */
export interface Calling {
  headers: Record<string, string>
  signal: AbortSignal
}

export type Told<T extends object> = { value: T; bytes: Buffer } | Untold
export interface Untold {
  value: null
  reason: string
  /** The app answered, so that an answer of before has no say. */
  final: boolean
  /** A defect of the answer, for the log. */
  defect?: unknown
}

/** One optional part of an answer, and who is asked for it. */
export interface Downstream<T extends object> {
  name: string
  /** Never rejects. `id` is a UUID. */
  ask(id: string, calling: Calling): Promise<Told<T>>
  /** An answer of before, from its bytes; null when it is none of this shape. */
  read(bytes: Buffer): T | null
}

/** Calls and their answers are small and many wait for few: a pool keeps one slow app from holding more than its share. */
export const connections = 16

export function parse<T extends object>(
  schema: z.ZodType<T>,
  bytes: Buffer,
): { value: T } | { value: null; defect: unknown } {
  try {
    return { value: schema.parse(JSON.parse(bytes.toString())) }
  } catch (defect) {
    return { value: null, defect }
  }
}

/** @param name in public words: it stands in the reasons */
export function downstream<T extends object>(
  client: HttpClient,
  { name, schema, path }: { name: string; schema: z.ZodType<T>; path(id: string): string },
): Downstream<T> {
  const nothing = (why: string, final: boolean, defect?: unknown): Untold => ({
    value: null,
    reason: `${name} ${why}`,
    final,
    defect,
  })
  const told = ({ status, body }: Incoming): Told<T> => {
    if (status === 404) return nothing('has nothing on this title', true)
    if (status !== 200) return nothing('cannot answer now', false)
    const parsed = parse(schema, body)
    if ('defect' in parsed) return nothing('gave an answer that cannot be read', true, parsed.defect)
    return { value: parsed.value, bytes: body }
  }
  return {
    name,
    ask: (id, calling) => client.get(path(id), calling).then(told, () => nothing('does not answer', false)),
    read: (bytes) => parse(schema, bytes).value,
  }
}

export interface TitleAnswer {
  content: Content
  /** `Content-Language` of the catalogue's answer. */
  language: string | undefined
}

/** As much of a title as is touched here. The rest is the catalogue's word and goes on as it came. */
const Title = z.looseObject({
  id: Uuid,
  slug: z.string(),
  title: z.string(),
  episodes: z.array(z.unknown()).optional(),
  credits: z.array(z.unknown()).optional(),
})

/** @throws ApiError what the catalogue refuses; unavailable when it does not answer, or nothing that can be read */
async function askTitle(client: HttpClient, path: string, calling: Calling): Promise<TitleAnswer> {
  const { status, headers, body } = await client.get(path, calling)
  if (status >= 400 && status < 500) throw refusal(status, body)
  if (status !== 200) throw unusable(new Error(`the catalogue answered ${status}`))
  const parsed = parse(Title, body)
  if ('defect' in parsed) throw unusable(parsed.defect)
  return {
    content: parsed.value as unknown as Content,
    language: headers['content-language'] as string | undefined,
  }
}

export const unusable = (cause: unknown): ApiError =>
  new ApiError('unavailable', 'The catalogue cannot answer now; try again shortly.', { cause })

/** The catalogue's problem, as our own. */
export function refusal(status: number, body: Buffer): ApiError {
  const problem = parse(Problem, body)
  if ('defect' in problem) {
    if (status === 404) return new ApiError('content_not_found', 'There is no published title of this name.')
    return unusable(problem.defect)
  }
  const { code, detail, errors } = problem.value
  return new ApiError(code, detail, errors && { errors })
}

/**
 * Whom the details of a title are asked of. Each purpose has a client of its own, that is a breaker and a small pool: the foreign
 * tables behind the audience may hang without closing the catalogue to its other readers.
 * @param timeoutMs of every call
 */
export function openDownstreams(
  instances: Record<UpstreamName, Instances>,
  limits: Limits,
  timeoutMs: number,
) {
  const clients: HttpClient[] = []
  const open = (app: UpstreamName, name: string): HttpClient => {
    const client = httpClient({ origins: instances[app], name, timeoutMs, connections })
    clients.push(client)
    return client
  }
  const titles = open('catalog', 'The catalogue')
  const reviewsOf = (id: string) =>
    `/api/v1/content/${id}/reviews?sort=helpful&limit=${limits.detailsReviews}`
  return {
    title: (path: string, calling: Calling) => askTitle(titles, path, calling),
    reviews: downstream(open('reviews', 'reviews'), { name: 'reviews', schema: ReviewList, path: reviewsOf }),
    trending: downstream(open('trending', 'trending'), {
      name: 'trending',
      schema: InternalViews,
      path: (id) => `/internal/content/${id}/views`,
    }),
    audience: downstream(open('catalog', 'audience'), {
      name: 'audience',
      schema: InternalAudience,
      path: (id) => `/internal/content/${id}/audience`,
    }),
    viewer: downstream(open('user-history', 'user-history'), {
      name: 'user-history',
      schema: ViewerState,
      path: (id) => `/internal/content/${id}/viewing`,
    }),
    close: async () => void (await Promise.all(clients.map((client) => client.close()))),
  }
}
export type Downstreams = ReturnType<typeof openDownstreams>
