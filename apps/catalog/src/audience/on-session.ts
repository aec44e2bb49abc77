import type { Pool, Tx } from '@marquee/postgres'

export class LateAnswer extends Error {}

/**
 * Runs `work` on a connection of the pool, in `ms` including the wait for it. One that failed or is late is dropped: what it has
 * open to a foreign server is gone with it. @throws LateAnswer, or what work throws
 */
export async function onSession<T>(pool: Pool, ms: number, work: (session: Tx) => Promise<T>): Promise<T> {
  let session: Tx | undefined
  let over = false
  const release = (error?: Error) => {
    session?.release(error)
    session = undefined
  }
  const ask = async () => {
    const free = await pool.connect()
    if (over) {
      free.release()
      throw new LateAnswer()
    }
    session = free
    try {
      const answer = await work(free)
      release()
      return answer
    } catch (error) {
      release(error as Error)
      throw error
    }
  }
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      over = true
      const late = new LateAnswer(`no answer in ${ms} ms`)
      release(late)
      reject(late)
    }, ms)
  })
  try {
    return await Promise.race([ask(), limit])
  } finally {
    clearTimeout(timer)
  }
}
