import { ApiError, type Endpoint, type Reply } from '@marquee/service-kit'

/**
 * Nobody waits longer than this for the stores behind an endpoint, however many statements it makes: the driver's own deadlines are per
 * statement. What still runs then ends by itself.
 */
export const bounded =
  (timeoutMs: number) =>
  (endpoint: Endpoint): Endpoint => ({
    ...endpoint,
    handle: (call) => within(timeoutMs, Promise.resolve(endpoint.handle(call))),
  })

async function within(timeoutMs: number, reply: Promise<Reply>): Promise<Reply> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooLate()), timeoutMs)
  })
  try {
    return await Promise.race([reply, late])
  } finally {
    clearTimeout(timer)
  }
}

const tooLate = () =>
  new ApiError(
    'unavailable',
    'The reviews do not answer in time. Whether a change was made is not known: look before you repeat it, or repeat it with the same Idempotency-Key.',
  )
