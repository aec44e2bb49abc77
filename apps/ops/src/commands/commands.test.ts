import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { readConfig } from '../config.js'
import { takeLock } from '../data-folder/lock.js'
import { exitCodes } from '../problem.js'
import { migrateApps } from './app-commands.js'
import { logs } from './logs.js'
import { reset } from './reset.js'
import { status } from './status.js'
import { parseLifetime } from './token.js'

const folders: string[] = []
const printed: string[] = []

async function dataFolder(files: Record<string, string> = {}) {
  const dir = await mkdtemp(join(tmpdir(), 'marquee-commands-'))
  folders.push(dir)
  await mkdir(join(dir, 'logs'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(dir, name), text)
  return readConfig({ MARQUEE_DATA: dir })
}

beforeEach(() => {
  printed.length = 0
  jest.spyOn(console, 'log').mockImplementation((text) => void printed.push(String(text)))
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0)
})
afterEach(() => void jest.restoreAllMocks())
afterAll(() => Promise.all(folders.map((dir) => rm(dir, { recursive: true, force: true }))))

describe('reset', () => {
  it('removes a data folder, and nothing beside it', async () => {
    const config = await dataFolder({ 'secrets.json': '{}' })
    const beside = await dataFolder()
    expect(await reset(config, { yes: true })).toBe(exitCodes.ok)
    expect(existsSync(config.dataDir)).toBe(false)
    expect(existsSync(beside.dataDir)).toBe(true)
  })

  it('refuses a folder that is not ours', async () => {
    const config = await dataFolder({ 'thesis.txt': 'years of work' })
    await rm(join(config.dataDir, 'logs'), { recursive: true })
    await expect(reset(config, { yes: true })).rejects.toThrow('does not look like a data folder')
    expect(existsSync(join(config.dataDir, 'thesis.txt'))).toBe(true)
  })

  it('refuses while something runs on it', async () => {
    const config = await dataFolder({ 'secrets.json': '{}' })
    await takeLock(config.dataDir)
    await expect(reset(config, { yes: true })).rejects.toMatchObject({ exitCode: exitCodes.running })
    expect(existsSync(config.dataDir)).toBe(true)
  })

  it('asks, and where nobody can answer it removes nothing', async () => {
    const config = await dataFolder({ 'secrets.json': '{}' })
    await expect(reset(config, {})).rejects.toThrow('nobody to ask')
    expect(existsSync(config.dataDir)).toBe(true)
  })
})

describe('migrate', () => {
  it.each([[['down']], [['up', '--count', '1']], [['trending']]])(
    '%j is refused: migrations are taken back, or counted, of one app',
    async (args) => {
      await expect(migrateApps(await dataFolder(), args)).rejects.toMatchObject({
        exitCode: exitCodes.usage,
        advice: expect.stringContaining('migrate catalog|user-history|reviews'),
      })
    },
  )

  it('asks for a running platform', async () => {
    for (const args of [[], ['up'], ['reviews', 'down']])
      await expect(migrateApps(await dataFolder(), args)).rejects.toMatchObject({
        exitCode: exitCodes.notRunning,
      })
  })
})

describe('status', () => {
  it('of a stopped platform is exit code 3, in JSON too', async () => {
    expect(await status(await dataFolder(), { json: true })).toBe(exitCodes.notRunning)
    expect(JSON.parse(printed.join(''))).toEqual({
      state: 'stopped',
      supervisor: null,
      api: null,
      processes: [],
    })
  })
})

describe('logs', () => {
  it('prints the last lines of one process', async () => {
    const config = await dataFolder({ 'logs/kafka.log': 'one\ntwo\nthree\n' })
    await logs(config, 'kafka', { lines: 2 })
    expect(printed).toEqual(['two\n', 'three\n'])
  })

  it('prints all under their names', async () => {
    const config = await dataFolder({ 'logs/kafka.log': 'one\n', 'logs/catalog.log': 'two\n' })
    await logs(config, undefined, { lines: 10 })
    expect(printed.sort()).toEqual(['catalog | two\n', 'kafka   | one\n'])
  })

  it('names the logs there are when one is asked for that is not', async () => {
    const config = await dataFolder({ 'logs/kafka.log': '' })
    await expect(logs(config, 'kafak', { lines: 1 })).rejects.toMatchObject({ advice: 'There are: kafka' })
  })
})

describe('the lifetime of a token', () => {
  it.each([
    ['90s', 90],
    ['15m', 900],
    ['12h', 43_200],
    ['7d', 604_800],
  ])('%s is %i seconds', (text, seconds) => expect(parseLifetime(text)).toBe(seconds))

  it.each(['', '0m', '12', 'h', '1w', '-1h', '1.5h'])('%s is refused', (text) =>
    expect(() => parseLifetime(text)).toThrow('--ttl'),
  )
})

describe('the environment', () => {
  it('is refused with every wrong variable at once', () => {
    const wrong = { MARQUEE_PORT: '80', MARQUEE_SEED_SIZE: 'xxl', MARQUEE_REVIEWS_URL: 'here' }
    expect(() => readConfig(wrong)).toThrow(/MARQUEE_PORT.*MARQUEE_SEED_SIZE.*MARQUEE_REVIEWS_URL/s)
  })
})
