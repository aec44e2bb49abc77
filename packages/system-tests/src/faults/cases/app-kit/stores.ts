import pg from 'pg'

/** Rows of one statement, on a connection of its own: nothing of the apps is in between. */
// biome-ignore lint/suspicious/noExplicitAny: rows are read by column
export async function rowsOf<Row = any>(url: string, text: string, values: unknown[] = []): Promise<Row[]> {
  return await withPostgres(url, async (client) => (await client.query(text, values)).rows as Row[])
}

export async function withPostgres<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 3_000,
    query_timeout: 30_000,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

export async function countOf(url: string, text: string, values: unknown[] = []): Promise<number> {
  const [row] = await rowsOf<{ count: string }>(url, text, values)
  return Number(row!.count)
}
