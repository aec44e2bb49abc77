import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { percentile } from './percentile.js'

export interface Lag {
  commit: { p50: number; p99: number }
  /** From the acknowledged commit until the replica shows the row, milliseconds. */
  visible: { p50: number; p99: number }
}

/** Commits rows on the primary, one after the other, and asks the replica for each until it is there. */
export async function replicaLag(primaryUrl: string, replicaUrl: string, rows: number): Promise<Lag> {
  const [primary, replica] = [new pg.Client(primaryUrl), new pg.Client(replicaUrl)]
  await Promise.all([primary.connect(), replica.connect()])
  const commits: number[] = []
  const lags: number[] = []
  try {
    for (let n = 0; n < rows; n++) {
      const id = randomUUID()
      const began = performance.now()
      await primary.query('INSERT INTO users (id) VALUES ($1)', [id])
      const committed = performance.now()
      while ((await replica.query('SELECT FROM users WHERE id = $1', [id])).rowCount === 0);
      commits.push(committed - began)
      lags.push(performance.now() - committed)
      await primary.query('DELETE FROM users WHERE id = $1', [id])
    }
  } finally {
    await Promise.all([primary.end(), replica.end()])
  }
  const both = (values: number[]) => ({ p50: percentile(values, 0.5), p99: percentile(values, 0.99) })
  return { commit: both(commits), visible: both(lags) }
}
