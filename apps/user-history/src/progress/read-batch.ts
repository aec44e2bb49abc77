import { CreateProgress, type CreateProgressBatch, type ProgressBatch } from '@marquee/contracts'
import { effectiveTime } from './report-rules.js'

export type Problem = NonNullable<ProgressBatch['items'][number]['problem']>
type FieldError = NonNullable<Problem['errors']>[number]

/** A report of a batch that can be kept; `at` is its place in it. */
export interface Readable {
  at: number
  body: CreateProgress
  /** Milliseconds. */
  time: number
}

/** Reads each report by itself. @param aheadMs see `effectiveTime` */
export function readBatch(
  { items, sentAt }: CreateProgressBatch,
  now: number,
  aheadMs: number,
): { readable: Readable[]; problems: Map<number, Problem> } {
  const readable: Readable[] = []
  const problems = new Map<number, Problem>()
  for (const [at, item] of items.entries()) {
    const parsed = CreateProgress.safeParse(item)
    if (!parsed.success) {
      const errors = parsed.error.issues.slice(0, 10).flatMap((issue) => errorsOf(issue, at))
      problems.set(at, { code: 'invalid_body', detail: 'This report is not valid.', errors })
      continue
    }
    const body = sentFrom(parsed.data, sentAt)
    const time = effectiveTime(body, now, aheadMs)
    if (time === null) problems.set(at, noTime(aheadMs, `/items/${at}/at`))
    else readable.push({ at, body, time })
  }
  return { readable, problems }
}

const sentFrom = (body: CreateProgress, sentAt: string | undefined): CreateProgress =>
  sentAt === undefined || body.at === undefined || body.sentAt !== undefined ? body : { ...body, sentAt }

/** A report whose time cannot be. */
export const noTime = (aheadMs: number, pointer: string): Problem & { errors: FieldError[] } => ({
  code: 'invalid_body',
  detail: 'The time of this report cannot be.',
  errors: [
    {
      pointer,
      code: 'out_of_range',
      message: `expected a time after 1970 and at most ${aheadMs / 1000} s ahead of the server’s clock`,
    },
  ],
})

type Issue = NonNullable<ReturnType<typeof CreateProgress.safeParse>['error']>['issues'][number]

function errorsOf(issue: Issue, at: number): FieldError[] {
  const { code, message, path } = issue
  const pointer = (more: PropertyKey[]) =>
    ['/items', at, ...path, ...more]
      .map((part) => String(part).slice(0, 100).replaceAll('~', '~0'))
      .map((part, place) => (place === 0 ? part : part.replaceAll('/', '~1')))
      .join('/')
  if (code !== 'unrecognized_keys') return [{ pointer: pointer([]), code, message }]
  return issue.keys
    .slice(0, 10)
    .map((key) => ({ pointer: pointer([key]), code, message: 'is not known here' }))
}
