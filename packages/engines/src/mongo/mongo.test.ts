import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { MongoClient } from 'mongodb'
import { enginePorts } from '../engine-names.js'
import { engineSpecs } from '../engine-specs.js'
import type { ProcessSpec, Supervisor } from '../supervise/process-spec.js'
import { supervise } from '../supervise/supervise.js'
import { freePort, removeTemporaryFolders, scriptSpec, temporaryFolder } from '../testing.fixture.js'
import { directUrl, setName, withMongo } from './connect.js'

let dataDir: string
let supervisor: Supervisor | undefined

afterEach(() => supervisor?.stop())
afterAll(removeTemporaryFolders)

async function plan(folder: string): Promise<{ url: string; spec: ProcessSpec }> {
  const { urls, specs } = await engineSpecs({
    dataDir: folder,
    ports: enginePorts((await freePort()) - 5),
    want: ['reviews'],
    catalogMode: 'plain',
    report: () => undefined,
  })
  return { url: urls.reviews, spec: specs[0]! }
}

async function start(spec: ProcessSpec, folder = dataDir): Promise<Supervisor> {
  supervisor = supervise([spec], { dataDir: folder })
  await supervisor.start()
  return supervisor
}

async function withClient<T>(url: string, work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(url, { serverSelectionTimeoutMS: 5_000 })
  try {
    return await work(client)
  } finally {
    await client.close()
  }
}

describe('MongoDB', () => {
  beforeAll(async () => {
    dataDir = await temporaryFolder()
  })

  it('is ready as a primary that takes transactions, for whoever knows the password', async () => {
    const { url, spec } = await plan(dataDir)
    await start(spec)
    await withClient(url, async (client) => {
      const kept = client.db().collection('kept')
      await client.withSession((session) =>
        session.withTransaction(() => kept.insertOne({ answer: 42 }, { session })),
      )
    })
    await expect(
      withClient(directUrl(spec.port), (client) => client.db('reviews').listCollections().toArray()),
    ).rejects.toThrow('requires authentication')
    expect((await stat(path.join(dataDir, 'mongodb/key'))).mode & 0o777).toBe(0o600)
  })

  it('is there again with its data when the ports have moved, and ends by itself when stopped', async () => {
    const { url, spec } = await plan(dataDir)
    const running = await start(spec)
    const kept = await withClient(url, (client) => client.db().collection('kept').findOne())
    expect(kept).toMatchObject({ answer: 42 })
    await running.stop()
    expect(await readFile(spec.logFile, 'utf8')).toMatch(/"exitCode":0}}\n$/)
  })

  it('whose data were made with another password is refused with the file that is wrong', async () => {
    await writeFile(path.join(dataDir, 'engine-password'), `${'ab'.repeat(24)}\n`)
    const { spec } = await plan(dataDir)
    await expect(start(spec)).rejects.toThrow('does not know the password in the file engine-password')
  })

  it.each(['before', 'after'])(
    'is set up by the next start where one was killed just %s the set was made, and the ports moved since',
    async (moment) => {
      const folder = await temporaryFolder()
      const first = await plan(folder)
      const initiate = async () => {
        const members = [{ _id: 0, host: `127.0.0.1:${first.spec.port}` }]
        await withMongo(directUrl(first.spec.port), (client) =>
          client.db('admin').command({ replSetInitiate: { _id: setName, members } }),
        )
      }
      const afterReady = moment === 'after' ? initiate : async () => undefined
      const killed = await start({ ...first.spec, afterReady, stopSignal: 'SIGKILL' }, folder)
      await killed.stop()
      const second = await plan(folder)
      await start(second.spec, folder)
      const ping = await withClient(second.url, (client) => client.db().command({ ping: 1 }))
      expect(ping.ok).toBe(1)
    },
  )
})

it('a MongoDB elsewhere without a replica set is not taken: it has no transactions', async () => {
  const folder = await temporaryFolder()
  const { spec } = await plan(folder)
  await mkdir(path.join(folder, 'data'))
  const { port, command } = spec
  const args = ['--port', String(port), '--bind_ip', '127.0.0.1', '--dbpath', path.join(folder, 'data')]
  await start(
    { ...(await scriptSpec(folder, 'lone', { port })), command: { file: command.file, args } },
    folder,
  )
  const elsewhere = engineSpecs({
    dataDir: folder,
    ports: enginePorts(1),
    want: ['reviews'],
    catalogMode: 'plain',
    report: () => undefined,
    urls: { reviews: `mongodb://127.0.0.1:${port}/reviews` },
    patienceMs: 500,
  })
  await expect(elsewhere).rejects.toThrow('MARQUEE_REVIEWS_URL is set, but nothing there answers')
})
