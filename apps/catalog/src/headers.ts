import { idempotencyKey, z } from '@marquee/contracts'

export const keyHeader = z.object({ 'idempotency-key': idempotencyKey.optional() })

/** Read by `ifMatchVersion`, which tells a missing one (428) from a malformed one (400). */
export const ifMatch = z.object({
  'if-match': z
    .string()
    .optional()
    .openapi({ description: 'ETag of the version that was read', example: '"1.h4sh"' }),
})
