import { chmod, mkdir, readlink, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Redis } from 'ioredis'
import { Kafka } from 'kafkajs'
import { MongoClient } from 'mongodb'
import pg from 'pg'
import { enginePorts } from './engine-names.js'
import { type Engines, engineSpecs } from './engine-specs.js'
import {
  choosePrivileges,
  createPostgresUser,
  direct,
  namespace,
  type Privileges,
} from './postgres/privileges.js'
import { postgresCandidates } from './postgres/programs.js'
import { postgresSpec } from './postgres/server.js'
import type { Supervisor } from './supervise/process-spec.js'
import { processesWorkingIn, waitUntil } from './supervise/process-table.js'
import { supervise } from './supervise/supervise.js'
import { freePort, machineWith, removeTemporaryFolders, temporaryFolder } from './testing.fixture.js'

const asRoot = process.getuid?.() === 0 ? it : it.skip

afterAll(removeTemporaryFolders)

async function oneServer(dataDir: string, port: number, privileges: Privileges, onCreated = () => {}) {
  const machine = await machineWith()
  const [candidate] = await postgresCandidates(machine)
  return postgresSpec({
    name: 'postgres',
    port,
    folder: path.join(dataDir, 'postgres'),
    logFile: path.join(dataDir, 'postgres.log'),
    password: 'secret',
    programs: await candidate!.get(),
    privileges,
    machine,
    settingFiles: ['postgres/postgresql.conf'],
    onCreated,
  })
}

describe('a killed engine comes back by itself with all it had acknowledged', () => {
  let engines: Engines
  let supervisor: Supervisor
  let dataDir: string

  beforeAll(async () => {
    dataDir = await temporaryFolder()
    engines = await engineSpecs({
      dataDir,
      ports: enginePorts(32_000 - Math.floor(Math.random() * 100) * 10),
      want: ['catalog', 'reviews', 'counters', 'kafka'],
      catalogMode: 'plain',
      report: () => undefined,
    })
    supervisor = supervise(engines.specs, { dataDir })
    await supervisor.start()
  })

  afterAll(() => supervisor.stop())

  async function killAndWait(name: string): Promise<void> {
    const pid = supervisor.pids()[name]!
    process.kill(pid, 'SIGKILL')
    const back = async () => supervisor.states()[name] === 'ready' && supervisor.pids()[name] !== pid
    // Alone on the machine it takes 5 s at most; other tests may run beside this one.
    expect(await waitUntil(back, 20_000)).toBe(true)
  }

  it('PostgreSQL, although a child of it was frozen and never leaves by itself', async () => {
    const client = new pg.Client(engines.urls.catalog)
    client.on('error', () => undefined)
    await client.connect()
    await client.query('CREATE TABLE kept AS SELECT 42 AS answer')
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
    const children = await processesWorkingIn(path.join(dataDir, 'postgres-catalog/data'), 'postgres')
    // Its own idea of its pid is the namespace's; none is made for pids, so they are the same.
    expect(children).toContain(rows[0]!.pid)
    process.kill(rows[0]!.pid, 'SIGSTOP')
    await killAndWait('postgres-catalog')
    const after = new pg.Client(engines.urls.catalog)
    await after.connect()
    expect((await after.query('SELECT answer FROM kept')).rows).toEqual([{ answer: 42 }])
    await after.end()
  })

  it('MongoDB, killed while it is written to', async () => {
    const client = new MongoClient(engines.urls.reviews, {
      retryWrites: false,
      serverSelectionTimeoutMS: 5_000,
    })
    const kept = client.db().collection<{ _id: number }>('kept')
    const acknowledged: number[] = []
    const write = async () => {
      for (let _id = 0; ; _id++) {
        await kept.insertOne({ _id }, { writeConcern: { w: 'majority', j: true } })
        acknowledged.push(_id)
      }
    }
    const written = write().catch(() => acknowledged.length)
    expect(await waitUntil(async () => acknowledged.length >= 50, 10_000)).toBe(true)
    await killAndWait('mongodb')
    const count = await written
    const found = await kept.find().sort({ _id: 1 }).toArray()
    expect(found.slice(0, count).map(({ _id }) => _id)).toEqual(acknowledged)
    await client.close()
  })

  it('Redis', async () => {
    const before = new Redis(engines.urls.counters)
    for (let count = 0; count < 100; count++) await before.incr('views')
    before.disconnect()
    await killAndWait('redis-counters')
    const after = new Redis(engines.urls.counters)
    expect(await after.get('views')).toBe('100')
    after.disconnect()
  })

  it('Kafka', async () => {
    const kafka = new Kafka({
      clientId: 'test',
      brokers: [engines.urls.kafka],
      logCreator: () => () => undefined,
    })
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic: 'kept', numPartitions: 1 }], waitForLeaders: true })
    const producer = kafka.producer()
    await producer.connect()
    await producer.send({ topic: 'kept', acks: -1, messages: [{ value: 'one' }, { value: 'two' }] })
    await producer.disconnect()
    await killAndWait('kafka')
    expect(await admin.fetchTopicOffsets('kept')).toMatchObject([{ partition: 0, offset: '2' }])
    await admin.disconnect()
  })

  it('and others of this machine need the password', async () => {
    const url = new URL(engines.urls.catalog)
    url.password = 'guessed'
    await expect(new pg.Client(url.href).connect()).rejects.toThrow('password authentication failed')
    const redis = new Redis({ port: Number(new URL(engines.urls.counters).port), retryStrategy: () => null })
    redis.on('error', () => undefined)
    await expect(redis.ping()).rejects.toThrow('NOAUTH')
    redis.disconnect()
    expect((await stat(path.join(dataDir, 'engine-password'))).mode & 0o777).toBe(0o600)
  })
})

describe('PostgreSQL', () => {
  async function startsAndStops(dataDir: string, privileges: Privileges): Promise<void> {
    let created = 0
    for (const _start of ['on no data', 'on its data']) {
      const spec = await oneServer(dataDir, await freePort(), privileges, () => {
        created++
      })
      const supervisor = supervise([spec], { dataDir })
      await supervisor.start()
      expect(supervisor.states().postgres).toBe('ready')
      await supervisor.stop()
    }
    expect(created).toBe(1)
  }

  async function privateHome(): Promise<string> {
    const home = await temporaryFolder()
    await chmod(home, 0o700)
    const dataDir = path.join(home, 'data')
    await mkdir(dataDir)
    return dataDir
  }

  it('leaves no child behind after a stop, frozen or not', async () => {
    const port = await freePort()
    const own = await temporaryFolder()
    const spec = await oneServer(own, port, await choosePrivileges())
    const alone = supervise([{ ...spec, stopTimeoutMs: 300 }], { dataDir: own })
    await alone.start()
    process.kill(alone.pids().postgres!, 'SIGSTOP')
    await alone.stop()
    expect(await processesWorkingIn(path.join(own, 'postgres/data'), 'postgres')).toEqual([])
  })

  asRoot('runs in a user namespace in place, below a private home (needs root)', async () => {
    const dataDir = await privateHome()
    await startsAndStops(dataDir, namespace)
    expect((await stat(path.join(dataDir, 'postgres'))).uid).toBe(0)
  })

  asRoot(
    'runs as a made user where namespaces are closed, its data where that user can read (needs root)',
    async () => {
      const dataDir = await privateHome()
      await startsAndStops(dataDir, await createPostgresUser())
      const place = await readlink(path.join(dataDir, 'postgres'))
      expect((await stat(place)).uid).not.toBe(0)
      await rm(place, { recursive: true })
    },
  )

  asRoot('says that it refuses root when run by it directly (needs root)', async () => {
    const dataDir = await privateHome()
    await expect(startsAndStops(dataDir, direct)).rejects.toThrow(/initdb for postgres failed:\n.*root/)
  })
})
