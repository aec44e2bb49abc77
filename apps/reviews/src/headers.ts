import { idempotencyKey, z } from '@marquee/contracts'
import { ifMatchHeader } from '@marquee/service-kit'

export const keyHeader = z.object({ 'idempotency-key': idempotencyKey.optional() })

export const ifMatch = ifMatchHeader(
  'ETag of the review that was read; `"<version>"` of a list item does as well',
)
