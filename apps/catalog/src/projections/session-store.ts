import { type Pool, query, sql, type Tx } from '@marquee/postgres'

/** Something that the operator can wait for or mend: its message is all there is to tell. */
export class RebuildRefused extends Error {}

const takeTurn = sql(
  'projections.take-turn',
  `SELECT pg_try_advisory_lock(hashtextextended('catalog.rebuild projections', 0)) AS got`,
)
const endTurn = sql(
  'projections.end-turn',
  `SELECT pg_advisory_unlock(hashtextextended('catalog.rebuild projections', 0))`,
)

/**
 * Runs `work` on a session of its own unless another one rebuilds. The turn is the session's: a rebuild whose session is gone can
 * write nothing any more, and whoever comes next may begin. @throws RebuildRefused when another rebuild runs
 */
export async function alone<T>(pool: Pool, work: (session: Tx) => Promise<T>): Promise<T> {
  const session = await pool.connect()
  let ended = false
  try {
    const [turn] = await query<{ got: boolean }>(session, takeTurn)
    if (!turn?.got)
      throw new RebuildRefused(
        'Another rebuild of the projections runs on this database. Wait until it is done.',
      )
    try {
      return await work(session)
    } finally {
      ended = await query(session, endTurn).then(
        () => true,
        () => false,
      )
    }
  } finally {
    session.release(!ended)
  }
}

/** One transaction of this session, which waits for no lock longer than the server looks for deadlocks (1 s). */
export async function within<T>(session: Tx, work: (tx: Tx) => Promise<T>): Promise<T> {
  await session.query('BEGIN')
  try {
    await session.query(`SET LOCAL lock_timeout = '800ms'`)
    const result = await work(session)
    await session.query('COMMIT')
    return result
  } catch (error) {
    await session.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}
