/**
 * Waits until `condition` holds: it throws or answers false until then. Rejects after `timeoutMs` with the last failure, so a red test
 * says what was still wrong.
 */
export async function settle<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, everyMs = 25 } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    let failure: unknown
    try {
      const value = await condition()
      if (value !== false) return value
      failure = new Error('the condition stayed false')
    } catch (error) {
      failure = error
    }
    if (Date.now() >= deadline) {
      if (failure instanceof Error) failure.message = `not within ${timeoutMs} ms: ${failure.message}`
      throw failure
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs))
  }
}
