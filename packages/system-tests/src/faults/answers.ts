import { Redis } from 'ioredis'
import { MongoClient } from 'mongodb'
import pg from 'pg'
import { type Run, readRun } from '../platform.js'
import { kafkaAnswers } from './kafka.js'

const patienceMs = 2_000

type Engines = Run['engines']
const urlOf: Record<string, (engines: Engines) => string> = {
  'postgres-catalog': ({ catalog }) => catalog,
  'postgres-analytics': ({ analytics }) => analytics,
  'postgres-replica': ({ replica }) => replica,
  mongodb: ({ reviews }) => reviews,
  'redis-cache': ({ cache }) => cache,
  'redis-counters': ({ counters }) => counters,
}

/** Whether a process does its work for a client of its own: an app says that it is ready, an engine answers a question. */
export async function answers({ name, kind, port }: Run['states'][number]): Promise<boolean> {
  try {
    if (kind === 'app') return await appAnswers(port)
    if (name === 'kafka') return await kafkaAnswers()
    const url = (urlOf[name] ?? urlOf['postgres-catalog']!)(readRun().engines)
    if (name.startsWith('postgres')) return await postgresAnswers(at(url, port))
    return await (name === 'mongodb' ? mongoAnswers(url) : redisAnswers(url))
  } catch {
    return false
  }
}

/** A worker of the catalogue has no address of its own in run.json: it is its coordinator's but for the port. */
function at(url: string, port: number): string {
  const own = new URL(url)
  own.port = String(port)
  return own.href
}

async function appAnswers(port: number): Promise<boolean> {
  const signal = AbortSignal.timeout(patienceMs)
  const answer = await fetch(`http://127.0.0.1:${port}/health/ready`, { signal })
  await answer.arrayBuffer()
  return answer.ok
}

async function postgresAnswers(connectionString: string): Promise<boolean> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } finally {
    void client.end().catch(() => undefined)
  }
}

async function mongoAnswers(url: string): Promise<boolean> {
  const client = new MongoClient(url, {
    serverSelectionTimeoutMS: patienceMs,
    connectTimeoutMS: patienceMs,
    socketTimeoutMS: patienceMs,
  })
  try {
    const { isWritablePrimary } = await client.db('admin').command({ hello: 1 })
    return isWritablePrimary === true
  } finally {
    await client.close()
  }
}

async function redisAnswers(url: string): Promise<boolean> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: patienceMs,
    commandTimeout: patienceMs,
    retryStrategy: () => null,
  })
  redis.on('error', () => undefined)
  try {
    await redis.connect()
    return (await redis.ping()) === 'PONG'
  } finally {
    redis.disconnect()
  }
}
