import { HttpUrl, list, Timestamp, Uuid } from './common.js'
import { world } from './world.js'
import { z } from './z.js'

const name = z.string().trim().min(1).max(200)
// PostgreSQL knows no year 0, and nobody in a credit was born before films could be shot of them.
const birthDate = z.iso
  .date()
  .refine((day) => day >= '1800-01-01' && day < '2200-01-01', 'expected a day from 1800 to 2199')
  .openapi({ format: 'date', example: '1990-04-12' })
const nationality = z
  .string()
  .regex(/^[A-Z]{2}$/, 'expected an ISO 3166-1 alpha-2 code')
  .openapi({ example: 'KR' })

/** As others speak of a person: in credits and lists. */
export const PersonSummary = z
  .object({
    id: Uuid,
    name: z.string(),
    originalName: z.string().nullable(),
    profileUrl: HttpUrl.nullable(),
  })
  .openapi('PersonSummary', { example: world.people.hanSeo })
export type PersonSummary = z.infer<typeof PersonSummary>

export const PersonList = list(PersonSummary, 'PersonList', world.people.hanSeo)

/** Who plays in titles or makes them. */
export const Person = PersonSummary.extend({
  biography: z.string().nullable(),
  birthDate: z.string().nullable().describe('`YYYY-MM-DD`'),
  nationality: z.string().nullable().describe('ISO 3166-1 alpha-2'),
  version: z.int().min(1),
  createdAt: Timestamp,
  updatedAt: Timestamp,
}).openapi('Person', {
  example: {
    ...world.people.hanSeo,
    biography: null,
    birthDate: '1990-04-12',
    nationality: 'KR',
    version: 1,
    createdAt: '2025-11-03T09:00:00.000Z',
    updatedAt: '2025-11-03T09:00:00.000Z',
  },
})
export type Person = z.infer<typeof Person>

const editable = {
  name,
  originalName: name.nullable(),
  profileUrl: HttpUrl.nullable(),
  biography: z.string().max(10_000).nullable(),
  birthDate: birthDate.nullable(),
  nationality: nationality.nullable(),
}

export const CreatePerson = z
  .strictObject(editable)
  .partial()
  .required({ name: true })
  .openapi('CreatePerson', { example: { name: 'Han Seo', originalName: '한서', nationality: 'KR' } })
export type CreatePerson = z.infer<typeof CreatePerson>

/** JSON merge patch: what is absent stays, null empties. */
export const PatchPerson = z
  .strictObject(editable)
  .partial()
  .openapi('PatchPerson', { example: { birthDate: '1990-04-12' } })
export type PatchPerson = z.infer<typeof PatchPerson>
