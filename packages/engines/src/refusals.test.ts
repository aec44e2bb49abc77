import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import type { Context } from './context.js'
import { engineRecords } from './data/engine-records.js'
import { enginePorts } from './engine-names.js'
import { engineSpecs } from './engine-specs.js'
import { EngineError } from './errors.js'
import { kafkaEngine } from './kafka/kafka.js'
import { mongoEngine } from './mongo/mongo.js'
import { catalogEngine } from './postgres/catalog.js'
import { direct } from './postgres/privileges.js'
import { analyticsServer, replicaServer, singleEngine } from './postgres/single.js'
import { cacheServer, countersServer, redisEngine } from './redis/redis.js'
import { freePort, machineWith, removeTemporaryFolders, temporaryFolder } from './testing.fixture.js'

afterEach(removeTemporaryFolders)

async function context(change: Partial<Context> = {}): Promise<Context> {
  const dataDir = await temporaryFolder()
  return {
    dataDir,
    ports: enginePorts(await freePort()),
    password: 'secret',
    records: engineRecords(dataDir),
    machine: await machineWith(),
    privileges: direct,
    report: () => undefined,
    volatile: true,
    ...change,
  }
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(EngineError)
  return (error as Error).message
}

describe('data of another version is refused with a way out', () => {
  it('counters kept by a Redis 7, where only 6.2 is at hand, which would start empty', async () => {
    const given = await context({ machine: await machineWith({ searchPath: [] }) })
    const folder = path.join(given.dataDir, 'redis-counters')
    await mkdir(path.join(folder, 'appendonlydir'), { recursive: true })
    given.records.keep('redis-counters', {
      engine: 'redis',
      version: '7.0.15',
      source: '/usr/bin/redis-server',
    })
    const message = await messageOf(redisEngine(given, countersServer))
    expect(message).toContain(`The data in ${folder} was made by redis 7.0.15 (/usr/bin/redis-server)`)
    expect(message).toContain('this machine offers redis 6.2.14')
    for (const way of ['MARQUEE_COUNTERS_URL', 'MARQUEE_DATA=', 'ops -- reset'])
      expect(message).toContain(way)
  })

  it('the same, told by the data itself where engines.json is lost', async () => {
    const given = await context({ machine: await machineWith({ searchPath: [] }) })
    await mkdir(path.join(given.dataDir, 'redis-counters/appendonlydir'), { recursive: true })
    expect(await messageOf(redisEngine(given, countersServer))).toContain('was made by redis 7.0')
  })

  it('a catalogue of PostgreSQL 13', async () => {
    const given = await context()
    const data = path.join(given.dataDir, 'postgres-catalog/data')
    await mkdir(data, { recursive: true })
    await writeFile(path.join(data, 'PG_VERSION'), '13\n')
    const message = await messageOf(catalogEngine(given, 'plain'))
    expect(message).toContain('was made by postgresql 13')
    expect(message).toContain('this machine offers postgresql 18.4')
  })

  it('a catalogue made by Citus, opened as a plain one', async () => {
    const given = await context()
    const data = path.join(given.dataDir, 'postgres-catalog/data')
    await mkdir(data, { recursive: true })
    await writeFile(path.join(data, 'PG_VERSION'), '15\n')
    given.records.keep('postgres-catalog', { engine: 'citus', version: '15.18+citus13.2', source: '/pg/bin' })
    const message = await messageOf(catalogEngine(given, 'plain'))
    expect(message).toContain(
      'made by citus 15.18+citus13.2, and MARQUEE_CATALOG=plain asks for another kind',
    )
  })

  it('a catalogue of a Citus that is gone', async () => {
    const given = await context()
    given.records.keep('postgres-catalog', { engine: 'citus', version: '99.1+citus13.2', source: '/pg/bin' })
    const data = path.join(given.dataDir, 'postgres-catalog/data')
    await mkdir(data, { recursive: true })
    await writeFile(path.join(data, 'PG_VERSION'), '99\n')
    const message = await messageOf(catalogEngine(given, 'auto'))
    expect(message).toContain('bring citus 99.1+citus13.2 back')
  })

  it.each([analyticsServer, replicaServer])('a PostgreSQL 13 of $name', async (server) => {
    const given = await context()
    const data = path.join(given.dataDir, server.name, 'data')
    await mkdir(data, { recursive: true })
    await writeFile(path.join(data, 'PG_VERSION'), '13\n')
    const message = await messageOf(singleEngine(given, server))
    expect(message).toContain('was made by postgresql 13')
    expect(message).toContain('this machine offers postgresql 18.4')
    expect(message).toContain(`set ${server.variable}`)
  })

  it('reviews kept by a MongoDB 4.4', async () => {
    const given = await context({ machine: await machineWith({ searchPath: [] }) })
    const data = path.join(given.dataDir, 'mongodb/data')
    await mkdir(data, { recursive: true })
    await writeFile(path.join(data, 'WiredTiger'), '')
    given.records.keep('mongodb', { engine: 'mongodb', version: '4.4.29', source: '/usr/bin/mongod' })
    const message = await messageOf(mongoEngine(given))
    expect(message).toContain('was made by mongodb 4.4.29 (/usr/bin/mongod)')
    expect(message).toContain('this machine offers mongodb 6.0.5')
    for (const way of ['MARQUEE_REVIEWS_URL', 'MARQUEE_DATA=', 'ops -- reset']) expect(message).toContain(way)
  })

  it('events kept by a Kafka 3.9', async () => {
    const given = await context({ machine: await machineWith({ searchPath: [] }) })
    await mkdir(path.join(given.dataDir, 'kafka/data'), { recursive: true })
    await writeFile(path.join(given.dataDir, 'kafka/data/meta.properties'), '')
    given.records.keep('kafka', { engine: 'kafka', version: '3.9.0', source: '/opt/kafka/libs' })
    expect(await messageOf(kafkaEngine(given))).toContain('was made by kafka 3.9.0 (/opt/kafka/libs)')
  })
})

describe('a machine without the tools', () => {
  it('is told of every way to get Redis', async () => {
    const given = await context({ machine: await machineWith({ searchPath: [] }) })
    const message = await messageOf(redisEngine(given, cacheServer))
    expect(message).toContain('Redis could not be had:')
    expect(message).toContain('Python 3.9 or newer with pip on the PATH, which is not there')
    for (const way of ['MARQUEE_CACHE_URL', 'apt install redis-server', 'docker compose up']) {
      expect(message).toContain(way)
    }
  })

  it('is told of every way to get MongoDB', async () => {
    const given = await context({ machine: await machineWith({ searchPath: [] }) })
    const message = await messageOf(mongoEngine(given))
    expect(message).toContain('MongoDB could not be had:')
    expect(message).toContain('no `mongod` of 6 to 8 is on the PATH')
    expect(message).toContain('Python 3.9 or newer with pip on the PATH, which is not there')
    for (const way of ['MARQUEE_REVIEWS_URL', 'put `mongod` 6 to 8 on the PATH', 'docker compose up']) {
      expect(message).toContain(way)
    }
  })
})

it('an engine that is said to be elsewhere, and is not, is one message that names the variable', async () => {
  const dataDir = await temporaryFolder()
  const options = { dataDir, ports: enginePorts(1), catalogMode: 'auto', report: () => undefined } as const
  const urls = { cache: `redis://127.0.0.1:${await freePort()}` }
  const message = await messageOf(engineSpecs({ ...options, want: ['cache'], urls, patienceMs: 300 }))
  expect(message).toContain('MARQUEE_CACHE_URL is set, but nothing there answers')
})
