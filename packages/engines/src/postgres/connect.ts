import pg from 'pg'

export const superuser = 'marquee'

interface Address {
  port: number
  password: string
}

export const serverUrl = ({ port, password }: Address, database: string) =>
  `postgresql://${superuser}:${password}@127.0.0.1:${port}/${database}`

/** Runs `work` on a connection of its own, which is closed whatever happens. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 3_000,
    query_timeout: 60_000,
    application_name: 'marquee-engines',
  })
  // Without a listener a lost connection would end this process; the query under way rejects anyway.
  client.on('error', () => undefined)
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(() => undefined)
  }
}

export const answers = (url: string): Promise<boolean> =>
  withClient(url, async (client) => {
    await client.query('SELECT 1')
    return true
  }).catch(() => false)
