import type { z } from 'zod'
import { ApiError } from './api-error.js'
import type { HttpClient } from './http-client.js'
import { singleFlight } from './single-flight.js'

export interface AskOwnerOptions<S extends z.ZodType, T> {
  owner: Pick<HttpClient, 'get'>
  /** Names the owner in problems: `The catalogue`. */
  name: string
  /** Where the owner answers for this reference. */
  path(ref: string): string
  /** Of a good answer. */
  schema: S
  /** Keeps the owner's answer here; what it answers is what the callers get. */
  keep(answer: z.output<S>): Promise<T> | T
  /** Thrown when the owner says 404: its word alone is one. */
  notFound(ref: string): ApiError
}

/** Who found it unknown just before the answer was kept may come here just after: the answer is theirs too. */
const lateMs = 100

/**
 * Asks the owner about what is not known here, and keeps its answer. Callers that ask about one thing at the same time share one
 * question.
 * @throws ApiError what `notFound` makes; unavailable (with Retry-After) when the owner does not answer
 */
export function askOwner<S extends z.ZodType, T>(
  options: AskOwnerOptions<S, T>,
): (ref: string) => Promise<T> {
  const { owner, name, path, schema, keep, notFound } = options
  const unanswered = (cause: unknown) =>
    new ApiError(
      'unavailable',
      `${name} does not answer, and this is not known here yet; try again shortly.`,
      {
        cause,
        retryAfterSeconds: 2,
      },
    )

  async function ask(ref: string): Promise<T> {
    const { status, body } = await owner.get(path(ref)).catch((cause: unknown) => {
      throw unanswered(cause)
    })
    if (status === 404) throw notFound(ref)
    if (status !== 200) throw unanswered(new Error(`${name} answered ${status}`))
    const answer = schema.safeParse(JSON.parse(body.toString()))
    if (!answer.success) throw new Error(`${name} gave an answer of another shape`, { cause: answer.error })
    return await keep(answer.data)
  }
  return singleFlight(ask, { lateMs })
}
