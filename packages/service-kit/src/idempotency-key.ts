import { idempotencyKey } from '@marquee/contracts'
import { z } from 'zod'

/** The header schema of a POST that creates or counts; without the key, or with a bad one, the answer is 400. */
export const idempotencyKeyHeader = z.object({ 'idempotency-key': idempotencyKey })
