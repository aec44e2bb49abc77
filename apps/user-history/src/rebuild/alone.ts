import type { Pool } from '@marquee/postgres'

const name = `hashtext('user-history.rebuild')`

/** Runs `work` unless another rebuild runs on this database. @throws Error in words when one does */
export async function alone<T>(primary: Pool, work: () => Promise<T>): Promise<T> {
  const client = await primary.connect()
  let free = false
  try {
    const { rows } = await client.query<{ got: boolean }>(`SELECT pg_try_advisory_lock(${name}) AS got`)
    if (!rows[0]?.got)
      throw new Error('Another rebuild runs on this database. Wait until it is done, then run this again.')
    try {
      return await work()
    } finally {
      await client.query(`SELECT pg_advisory_unlock(${name})`).then(
        () => {
          free = true
        },
        () => {},
      )
    }
  } finally {
    // A session that may still hold the lock ends, and the lock with it.
    client.release(!free)
  }
}
