import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { appNames, storesOf } from './app-specs.js'
import { seededApps } from './app-steps.js'
import { createPreparations, type Run } from './preparations.js'

const folders: string[] = []
const dataFolder = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'marquee-preparations-'))
  folders.push(dir)
  return dir
}
afterAll(() => Promise.all(folders.map((dir) => rm(dir, { recursive: true, force: true }))))

interface World {
  dataDir: string
  /** Ends when the signal fires, as a child process does. */
  run?: Run
  engineProcesses?: string[]
}

/** Preparations whose commands are written down; they end at once unless told otherwise. */
function world({ dataDir, run = async () => {}, engineProcesses = Object.values(storesOf).flat() }: World) {
  const said: string[] = []
  const warned: string[] = []
  const preparations = createPreparations({
    config: { dataDir, seedSize: 'xs' },
    terminal: { working: () => {}, warn: (text) => warned.push(text) },
    signal: new AbortController().signal,
    engineProcesses,
    run: (app, args, options) => {
      said.push([app, ...args].join(' '))
      return run(app, args, options)
    },
  })
  return { preparations, said, warned }
}

const untilEnded: Run = (_app, _args, { signal }) =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve()))

const failing =
  (command: string): Run =>
  async (_app, [first]) => {
    if (first === command) throw new Error(`${command} did not work`)
  }

function signalled() {
  let signal = () => {}
  const signalled = new Promise<void>((resolve) => {
    signal = resolve
  })
  return { signal, signalled }
}

describe('the schemas', () => {
  it('are begun when all stores of an app are ready, not before', async () => {
    const { preparations, said } = world({ dataDir: await dataFolder() })
    for (const name of ['kafka', 'postgres-catalog', 'postgres-catalog-worker-1'])
      preparations.engineReady(name)
    expect(said).toEqual([])
    preparations.engineReady('postgres-catalog-worker-2')
    expect(said).toEqual(['catalog migrate up'])
  })

  it('wait for no store that runs elsewhere', async () => {
    const { preparations, said } = world({
      dataDir: await dataFolder(),
      engineProcesses: ['postgres-catalog-worker-1'],
    })
    preparations.engineReady('postgres-catalog-worker-1')
    expect(said).toEqual(['catalog migrate up'])
  })

  it('are brought up to date once, each step after the one before, then the data are seeded', async () => {
    const { preparations, said } = world({ dataDir: await dataFolder() })
    for (const store of storesOf.catalog) preparations.engineReady(store)
    await preparations.prepare('catalog')
    expect(said).toEqual(['catalog migrate up', 'catalog federate', 'catalog seed --size xs'])
  })

  it('are brought up to date once, however many instances wait for it', async () => {
    const { preparations, said } = world({ dataDir: await dataFolder() })
    await Promise.all([preparations.prepare('catalog'), preparations.prepare('catalog')])
    expect(said).toEqual(['catalog migrate up', 'catalog federate', 'catalog seed --size xs'])
  })

  it('that fail are told when their app is prepared', async () => {
    const { preparations } = world({
      dataDir: await dataFolder(),
      run: failing('migrate'),
    })
    preparations.engineReady('mongodb')
    await expect(preparations.prepare('reviews')).rejects.toThrow('migrate did not work')
  })

  it('are there also where the replica does not follow, which is told', async () => {
    const { preparations, warned } = world({
      dataDir: await dataFolder(),
      run: failing('replication'),
    })
    await preparations.prepare('user-history')
    expect(warned).toEqual(['replication did not work'])
  })
})

describe('the seeds', () => {
  it('of apps that seed side by side are all remembered by the next start', async () => {
    const dataDir = await dataFolder()
    const first = world({ dataDir })
    await Promise.all(appNames.map(first.preparations.prepare))
    const next = world({ dataDir })
    await Promise.all(appNames.map(next.preparations.prepare))
    expect(first.said.filter((line) => line.includes(' seed '))).toHaveLength(seededApps.length)
    expect(next.said.filter((line) => line.includes(' seed '))).toEqual([])
  })

  it('that were ended half-way are run again', async () => {
    const dataDir = await dataFolder()
    const begun = signalled()
    const { preparations } = world({
      dataDir,
      run: (...step) => {
        begun.signal()
        return untilEnded(...step)
      },
    })
    const preparing = preparations.prepare('trending')
    await begun.signalled
    await preparations.end()
    await preparing
    const next = world({ dataDir })
    await next.preparations.prepare('trending')
    expect(next.said).toEqual(['trending seed --views 1000 --days 30'])
  })
})
