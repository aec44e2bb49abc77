/** A slug taken meanwhile, a deadlock, a conflict of snapshots: the same transaction can work the next time. */
const passing = new Set(['23505', '40001', '40P01'])
const tries = 5

/** Runs a transaction again when another writer was in its way. @throws what it threw last */
export async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (attempt === tries || typeof code !== 'string' || !passing.has(code)) throw error
    }
  }
}
