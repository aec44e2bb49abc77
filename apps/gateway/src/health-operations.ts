import { z } from '@marquee/contracts'
import { type Endpoint, endpoint, json } from '@marquee/service-kit'

const Live = z.object({ status: z.literal('live') }).openapi('Live', { example: { status: 'live' } })

const Readiness = z
  .object({
    status: z.enum(['ready', 'not_ready', 'stopping']),
    dependencies: z.record(z.string(), z.object({ state: z.enum(['up', 'down']), ms: z.int() })),
  })
  .openapi('Readiness', { example: { status: 'ready', dependencies: { catalog: { state: 'up', ms: 2 } } } })

const common = { method: 'GET', tag: 'health', access: 'public' } as const

/** Described here, answered by service-kit in every app: the gateway's are part of the public API. */
export const healthOperations: Endpoint[] = [
  endpoint({
    ...common,
    path: '/health/live',
    operationId: 'getLiveness',
    summary: 'Does the process answer',
    description: 'Answers as long as the gateway runs, whatever the state of what it depends on.',
    responses: { 200: { description: 'It does', schema: Live } },
    handle: () => json(200, { status: 'live' }),
  }),
  endpoint({
    ...common,
    path: '/health/ready',
    operationId: 'getReadiness',
    summary: 'Can requests be answered',
    description: 'Asks each app behind the gateway. 503 when one of them does not answer.',
    responses: {
      200: { description: 'All answer', schema: Readiness },
      503: { description: 'At least one does not', schema: Readiness },
    },
    handle: () => json(200, { status: 'ready', dependencies: {} }),
  }),
]
