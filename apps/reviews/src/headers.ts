import { idempotencyKey, z } from '@marquee/contracts'

export const keyHeader = z.object({ 'idempotency-key': idempotencyKey.optional() })

/** Read by `ifMatchVersion`, which tells a missing one (428) from a malformed one (400). */
export const ifMatch = z.object({
  'if-match': z.string().optional().openapi({
    description: 'ETag of the review that was read; `"<version>"` of a list item does as well',
    example: '"1.h4sh"',
  }),
})
