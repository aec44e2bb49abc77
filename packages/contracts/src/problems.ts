import { z } from './z.js'

/**
 * Every way a request can be refused. The list is closed: an answer with another code is a defect.
 * `hint` is the first sentence of the page behind `type` and says what a caller does next.
 */
export const problemCodes = {
  bad_request: { status: 400, title: 'Bad request', hint: 'The HTTP message itself could not be read.' },
  malformed_json: { status: 400, title: 'Malformed JSON', hint: 'Send a complete JSON document in UTF-8.' },
  invalid_request: {
    status: 400,
    title: 'Invalid path, query or header',
    hint: 'See `errors`: each entry names the value and what is expected of it.',
  },
  invalid_cursor: {
    status: 400,
    title: 'Invalid cursor',
    hint: 'Use `next` of the previous page unchanged, with the same filters and sort, or start again without a cursor.',
  },
  unauthenticated: { status: 401, title: 'Token needed', hint: 'Send `Authorization: Bearer <token>`.' },
  invalid_token: {
    status: 401,
    title: 'Invalid token',
    hint: 'The token is malformed, expired or not ours: get a new one.',
  },
  forbidden: {
    status: 403,
    title: 'Not allowed',
    hint: 'The token is valid but lacks the role or scope, or the data is another person’s.',
  },
  route_not_found: { status: 404, title: 'No such path', hint: 'See /api-docs for the paths of this API.' },
  content_not_found: { status: 404, title: 'No such title', hint: 'The title is unknown or not published.' },
  episode_not_found: {
    status: 404,
    title: 'No such episode',
    hint: 'The episode is unknown or not published.',
  },
  review_not_found: {
    status: 404,
    title: 'No such review',
    hint: 'The review is unknown, removed or hidden by a moderator.',
  },
  user_not_found: {
    status: 404,
    title: 'No such person',
    hint: 'Nobody of this id has an account or wrote anything.',
  },
  genre_not_found: {
    status: 404,
    title: 'No such genre',
    hint: 'See /api/v1/genres for the genres there are.',
  },
  person_not_found: {
    status: 404,
    title: 'No such person',
    hint: 'See /api/v1/people for the people there are.',
  },
  source_not_found: {
    status: 404,
    title: 'No such source',
    hint: 'The episode has no video source of this id.',
  },
  subtitle_not_found: {
    status: 404,
    title: 'No such subtitles',
    hint: 'The episode has no subtitles of this id.',
  },
  problem_not_found: {
    status: 404,
    title: 'No such problem',
    hint: 'See /problems for the codes there are.',
  },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    hint: 'The `Allow` header lists the methods of this path.',
  },
  not_acceptable: { status: 406, title: 'Not acceptable', hint: 'Answers are JSON in UTF-8.' },
  body_timeout: { status: 408, title: 'Body too slow', hint: 'Send the whole request body without pauses.' },
  conflict: {
    status: 409,
    title: 'Conflict',
    hint: 'The request contradicts the present state: read it again, then decide.',
  },
  slug_taken: { status: 409, title: 'Slug taken', hint: 'Another title has this slug: choose another one.' },
  genre_exists: {
    status: 409,
    title: 'Genre exists',
    hint: 'A genre of this name is there already: use its id.',
  },
  tag_exists: {
    status: 409,
    title: 'Tag exists',
    hint: 'A tag of this name is there already: use its id.',
  },
  person_credited: {
    status: 409,
    title: 'Person has credits',
    hint: 'Take the person out of the credits of all titles first.',
  },
  source_exists: {
    status: 409,
    title: 'Source exists',
    hint: 'The episode has a source of this address already.',
  },
  subtitle_exists: {
    status: 409,
    title: 'Subtitles exist',
    hint: 'The episode has subtitles of this language: delete those first.',
  },
  episode_exists: {
    status: 409,
    title: 'Episode exists',
    hint: 'This season already has an episode of this number: patch that one.',
  },
  review_exists: {
    status: 409,
    title: 'Review exists',
    hint: 'One person has one review of a title: edit that one.',
  },
  username_taken: {
    status: 409,
    title: 'Username taken',
    hint: 'Somebody else has this username: choose another one.',
  },
  idempotency_key_in_use: {
    status: 409,
    title: 'Request under way',
    hint: 'The first request with this Idempotency-Key has not been answered yet: try again shortly.',
  },
  version_mismatch: {
    status: 412,
    title: 'Version mismatch',
    hint: 'Somebody edited it meanwhile: read it again and repeat the edit with the new ETag.',
  },
  body_too_large: { status: 413, title: 'Body too large', hint: 'The limit is stated in `detail`.' },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    hint: 'Send the Content-Type that /api-docs names, in UTF-8, without Content-Encoding.',
  },
  invalid_body: {
    status: 422,
    title: 'Invalid body',
    hint: 'See `errors`: each entry points at a value and says what is expected of it.',
  },
  idempotency_key_reused: {
    status: 422,
    title: 'Idempotency-Key reused',
    hint: 'This key was used with another body: a new request needs a new key.',
  },
  precondition_required: {
    status: 428,
    title: 'If-Match needed',
    hint: 'Send the ETag of the version that the edit is based on in `If-Match`.',
  },
  rate_limited: { status: 429, title: 'Too many requests', hint: 'Wait as long as `Retry-After` says.' },
  header_too_large: {
    status: 431,
    title: 'Header too large',
    hint: 'All headers together are limited to 16 kB.',
  },
  internal: {
    status: 500,
    title: 'Internal error',
    hint: 'The defect is ours; quote `requestId` when you report it.',
  },
  unavailable: {
    status: 503,
    title: 'Temporarily unavailable',
    hint: 'Wait as long as `Retry-After` says and repeat the request.',
  },
} as const satisfies Record<string, { status: number; title: string; hint: string }>

export type ProblemCode = keyof typeof problemCodes

const codes = Object.keys(problemCodes) as [ProblemCode, ...ProblemCode[]]

export const FieldError = z
  .object({
    pointer: z
      .string()
      .describe('Where: a JSON pointer into the body (`/title`), or `?name`, `{name}`, `header:name`'),
    code: z.string().describe('Kind of fault, e.g. `too_small`, `unrecognized_keys`'),
    message: z.string(),
  })
  .openapi('FieldError', {
    example: { pointer: '/title', code: 'too_small', message: 'expected at least 1 character' },
  })

/** RFC 9457. `type` resolves to a page that explains the code. */
export const Problem = z
  .object({
    type: z.string().describe('`/problems/{code}`, a page that explains the code'),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.enum(codes),
    detail: z.string().describe('What was wrong this time and what to do about it'),
    instance: z.string().describe('The path that was asked'),
    requestId: z.string().describe('Quote it in reports; the logs carry it too'),
    errors: z.array(FieldError).optional(),
  })
  .openapi('Problem', {
    example: {
      type: '/problems/content_not_found',
      title: 'No such title',
      status: 404,
      code: 'content_not_found',
      detail: 'There is no published title "winter-tide".',
      instance: '/api/v1/content/winter-tide',
      requestId: '0198c7a2-4f61-7d7c-9a35-3f0f7d1c2b11',
    },
  })
export type Problem = z.infer<typeof Problem>
