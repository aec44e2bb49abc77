import { list, Uuid } from './common.js'
import { PersonSummary } from './person.js'
import { world } from './world.js'
import { z } from './z.js'

/** A part that a person has in a title: in front of the camera (`cast`) or behind it (`crew`). */
export const Credit = z
  .object({
    person: PersonSummary,
    kind: z.enum(['cast', 'crew']),
    role: z.string().nullable().describe('Who is played; of the crew: what is done'),
    department: z.string().nullable().describe('Of the crew alone'),
    isLead: z.boolean(),
    sortOrder: z.int(),
  })
  .openapi('Credit', { example: world.credits.hanSeo })
export type Credit = z.infer<typeof Credit>

export const CreditList = list(Credit, 'CreditList', world.credits.hanSeo)

const role = z.string().trim().min(1).max(200)
const sortOrder = z
  .int()
  .min(0)
  .max(100_000)
  .optional()
  .describe('Order among its kind, leads first; defaults to the place in the list')

const CastCredit = z.strictObject({
  kind: z.literal('cast'),
  personId: Uuid,
  role: role.nullable().optional(),
  isLead: z.boolean().optional(),
  sortOrder,
})
const CrewCredit = z.strictObject({
  kind: z.literal('crew'),
  personId: Uuid,
  role,
  department: role.nullable().optional(),
  sortOrder,
})

export const PutCredits = z
  .strictObject({ credits: z.array(z.discriminatedUnion('kind', [CastCredit, CrewCredit])).max(300) })
  .openapi('PutCredits', {
    example: {
      credits: [
        { kind: 'cast', personId: world.people.hanSeo.id, role: 'Yun Harin', isLead: true },
        { kind: 'crew', personId: world.people.linWei.id, role: 'Director', department: 'Directing' },
      ],
    },
  })
export type PutCredits = z.infer<typeof PutCredits>
