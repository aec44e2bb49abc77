import { type Pool, type Tx, transaction } from '@marquee/postgres'

const tries = 3

// Lost races: a deadlock; a month that got its partition just when the row had been sent to the default one.
const isLostRace = (error: unknown): boolean => {
  const { code, message } = error as { code?: string; message?: string }
  return code === '40P01' || (code === '23514' && /partition constraint/.test(message ?? ''))
}

/** A transaction that is tried again where it lost a race, so its work must bear being repeated. @throws what work throws */
export async function transactionAgain<T>(pool: Pool, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await transaction(pool, work)
    } catch (error) {
      if (attempt === tries || !isLostRace(error)) throw error
    }
  }
}
