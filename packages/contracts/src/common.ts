import { defaultLimits } from './limits.js'
import { z } from './z.js'

/** Any case is accepted, lower case is answered. */
export const Uuid = z
  .guid()
  .transform((id) => id.toLowerCase())
  .openapi({ type: 'string', format: 'uuid', example: '01920000-0000-7000-8000-000000000001' })

export const slugPattern = /^[a-z0-9]+(?:-[a-z0-9]+)*$/
export const Slug = z.string().min(1).max(120).regex(slugPattern).openapi({ example: 'winter-tide' })
/** Literal segments of `/content/...`: they match before a slug, so a title named like one could not be reached. */
export const reservedSlugs: ReadonlySet<string> = new Set(['ids', 'users', 'trending'])

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
export const isUuid = (text: string): boolean => uuidPattern.test(text)

/** A title in a path: its UUID (any case) or its slug. */
export const ContentRef = z
  .string()
  .min(1)
  .max(120)
  .transform((text) => (isUuid(text) ? text.toLowerCase() : text))
  .refine((text) => isUuid(text) || slugPattern.test(text), 'expected a UUID or a slug')
  .openapi({ type: 'string', description: 'UUID or slug of the title', example: 'winter-tide' })

export const Timestamp = z.iso
  .datetime({ offset: true })
  .openapi({ format: 'date-time', example: '2026-01-15T09:00:00.000Z' })

/** Web addresses only: no `javascript:`, no `data:`. */
export const HttpUrl = z
  .url({ protocol: /^https?$/, hostname: z.regexes.domain })
  .max(2048)
  .openapi({ format: 'uri', example: 'https://img.example.com/winter-tide/poster.jpg' })

const wholeNumber = /^(0|[1-9]\d{0,15})$/
/** A whole number of a query string: "007", "1.5", "1e3" and "" are refused. */
export const queryInteger = (min: number, max: number) =>
  z
    .string()
    .regex(wholeNumber, 'expected a whole number')
    .transform(Number)
    .refine((n) => n >= min && n <= max, `expected ${min} to ${max}`)

export const Limit = queryInteger(1, defaultLimits.pageMax)
  .optional()
  .transform((limit) => limit ?? defaultLimits.pageDefault)
  .openapi({
    type: 'integer',
    minimum: 1,
    maximum: defaultLimits.pageMax,
    default: defaultLimits.pageDefault,
    description: 'Items of a page; over the maximum is refused, not clamped',
    example: 20,
  })

export const Cursor = z
  .string()
  .min(1)
  .max(1024)
  .openapi({ description: '`next` of the previous page, unchanged, with the same filters and sort' })

export const queryBoolean = z
  .enum(['true', 'false'])
  .transform((text) => text === 'true')
  .openapi({ type: 'boolean', enum: undefined, example: true })

/** A noun that may be missing. `.nullable()` of a named schema would name the nullable one in the document, or forbid null. */
export const orNull = <T extends z.ZodType>(noun: T) => z.union([noun, z.null()])

/** One page: `next` is null on the last one. */
export const list = <T extends z.ZodType>(item: T, name: string, example?: unknown) =>
  z
    .object({
      items: z.array(item),
      next: z.string().nullable().describe('Cursor of the next page, null on the last'),
    })
    .openapi(name, example === undefined ? {} : { example: { items: [example], next: null } })

export const IdList = list(Uuid, 'IdList', '01920000-0000-7000-8000-000000000001')

export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'expected 1 to 255 visible ASCII characters')
  .openapi({
    description: 'Makes a retry safe: the same key answers again instead of acting again, for 24 h',
    example: '6d0c3f1e-view-1',
  })

/** Languages the platform answers in (BCP 47). */
export const languages = [
  'en',
  'ko',
  'ja',
  'zh-Hans',
  'zh-Hant',
  'th',
  'id',
  'vi',
  'es',
  'fr',
  'de',
  'pt',
] as const
export const Language = z.enum(languages).openapi({ description: 'BCP 47', example: 'en' })
