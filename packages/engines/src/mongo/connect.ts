import { MongoClient } from 'mongodb'

export const mongoUser = 'marquee'
export const setName = 'marquee'

interface Address {
  port: number
  password: string
}

/** What the apps get: they look for the primary of the set. */
export const mongoUrl = ({ port, password }: Address, database: string) =>
  `mongodb://${mongoUser}:${password}@127.0.0.1:${port}/${database}?authSource=admin&replicaSet=${setName}&directConnection=false`

/** This very server, whatever its state in the set; without a user where no password is given. */
export const directUrl = (port: number, password?: string) => {
  const login = password ? `${mongoUser}:${password}@` : ''
  return `mongodb://${login}127.0.0.1:${port}/admin?directConnection=true${password ? '&authSource=admin' : ''}`
}

/** Runs `work` on a client of its own, which is closed whatever happens. */
export async function withMongo<T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, {
    appName: 'marquee-engines',
    maxPoolSize: 1,
    connectTimeoutMS: 2_000,
    serverSelectionTimeoutMS: 2_000,
    socketTimeoutMS: 10_000,
    retryWrites: false,
  })
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.close().catch(() => undefined)
  }
}

/** True where a primary takes writes and transactions; a lone server without a set takes none. */
export const mongoAnswers = (url: string): Promise<boolean> =>
  withMongo(url, async (client) => {
    const hello = await client.db('admin').command({ hello: 1 })
    await client.db().command({ dbStats: 1 })
    return hello.isWritablePrimary === true && (hello.setName !== undefined || hello.msg === 'isdbgrid')
  }).catch(() => false)

/** Drops the database that the URL names. */
export async function dropMongoDatabase(url: string): Promise<void> {
  await withMongo(url, (client) => client.db().dropDatabase())
}
