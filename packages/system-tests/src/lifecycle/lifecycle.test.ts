import { execFile } from 'node:child_process'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { isAlive, processesOf } from './leftovers.js'
import { findPortBase } from './ports.js'
import {
  launch,
  makeDataDir,
  type RunningPlatform,
  readRunFile,
  type StartOptions,
  startPlatform,
} from './start-platform.js'
import { until } from './until.js'

const shell = promisify(execFile)
const stopMs = 30_000

// One data folder and one set of ports for the whole file: every start after the first finds what the one before left.
let dataDir: string
let port: number
let platform: RunningPlatform
let title: { id: string; title: string }

beforeAll(async () => {
  ;[dataDir, port] = [await makeDataDir('lifecycle'), await findPortBase()]
})
afterAll(async () => {
  for (const line of await processesOf(dataDir)) process.kill(Number(line.split(' ')[0]), 'SIGKILL')
  await rm(dataDir, { recursive: true, force: true })
})

const start = async (options: StartOptions) => {
  platform = await startPlatform({ dataDir, port, ...options })
}
const ops = (...args: string[]) =>
  shell('npm', ['run', '--silent', 'ops', '--', ...args], {
    env: { ...process.env, MARQUEE_DATA: dataDir, MARQUEE_PORT: String(port) },
  })
const api = (path: string, init: RequestInit = {}) => fetch(`${platform.run.api}${path}`, init)
const nothingLeft = () =>
  until('every process of the data folder is gone', stopMs, async () => {
    const left = await processesOf(dataDir)
    return left.length === 0
  })
const expectTitleKept = async () => {
  const answer = await api(`/api/v1/content/${title.id}`)
  expect(await answer.json()).toMatchObject(title)
}

describe('npm start in a terminal, for the first time', () => {
  beforeAll(() => start({ via: 'terminal' }), 300_000)

  it('writes run.json for its owner alone, with all that a script needs', async () => {
    expect((await stat(join(dataDir, 'run.json'))).mode & 0o777).toBe(0o600)
    expect(await readRunFile(dataDir)).toMatchObject({
      api: `http://127.0.0.1:${port}`,
      tokens: {
        viewer: expect.any(String),
        viewer2: expect.any(String),
        editor: expect.any(String),
        data: expect.any(String),
        admin: expect.any(String),
      },
      demo: { userId: expect.any(String), contentId: expect.any(String), episodeId: expect.any(String) },
      engines: {
        catalog: expect.stringMatching(/^postgres/),
        analytics: expect.stringMatching(/^postgres/),
        replica: expect.stringMatching(/^postgresql:\/\/analyst:/),
        reviews: expect.stringMatching(/^mongodb/),
        cache: expect.stringMatching(/^redis/),
        counters: expect.stringMatching(/^redis/),
        kafka: [expect.any(String)],
      },
      processes: expect.objectContaining({
        gateway: expect.any(Number),
        catalog: expect.any(Number),
        trending: expect.any(Number),
        'user-history': expect.any(Number),
        reviews: expect.any(Number),
        'postgres-analytics': expect.any(Number),
        'postgres-replica': expect.any(Number),
        mongodb: expect.any(Number),
        kafka: expect.any(Number),
      }),
    })
    for (const pid of Object.values(platform.run.processes)) expect(isAlive(pid)).toBe(true)
  })

  it('prints where the API and its docs are, and a curl line that works as pasted', async () => {
    expect(platform.output()).toContain(`${platform.run.api}/api-docs`)
    const line = /curl .*\/views\/increment/.exec(platform.output())![0]
    const { stdout } = await shell('sh', ['-c', line])
    expect(JSON.parse(stdout)).toMatchObject({ counted: true })
  })

  it('is refused a second time on the same data, saying which process stands in the way', async () => {
    const second = await launch({ dataDir, port })
    expect(await second.exited).toBe(4)
    expect(second.output()).toContain(`already runs on ${dataDir} (pid ${platform.run.supervisor})`)
  })

  it('answers status and token', async () => {
    const { stdout } = await ops('status', '--json')
    const { processes } = JSON.parse(stdout)
    expect(processes.every((row: { health: string }) => row.health === 'ok')).toBe(true)
    expect(processes.map((row: { name: string }) => row.name).sort()).toEqual(
      Object.keys(platform.run.processes).sort(),
    )
    const token = (await ops('token', '--role', 'editor', '--ttl', '5m')).stdout.trim()
    const created = await api('/api/v1/content', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        kind: 'movie',
        title: 'Kept over a stop',
        origin: 'other',
        originalLanguage: 'en',
        status: 'published',
      }),
    })
    expect(created.status).toBe(201)
    const { id } = (await created.json()) as { id: string }
    title = { id, title: 'Kept over a stop' }
  })

  it.each(['trending', 'redis-counters', 'mongodb', 'postgres-replica'])(
    'starts a killed %s again, says so, and rewrites run.json',
    async (name) => {
      const before = platform.run.processes[name]!
      process.kill(before, 'SIGKILL')
      await until(`${name} runs again`, 20_000, async () => {
        const now = (await readRunFile(dataDir))?.processes[name]
        return now !== undefined && now !== before && isAlive(now)
      })
      await until('it is told', 20_000, () => platform.output().includes(`${name} is back`))
      expect((await stat(join(dataDir, 'run.json'))).mode & 0o777).toBe(0o600)
    },
  )

  it('stops in order at Ctrl-C, leaving no process and no run.json', async () => {
    platform.child.stdin!.write('\x03')
    await platform.exited
    await nothingLeft()
    expect(await readRunFile(dataDir)).toBeUndefined()
    expect(platform.output()).toContain('Stopped.')
    expect(platform.output()).not.toContain('Killing')
  })
})

describe('the next npm start', () => {
  it('is ready within 20 s without a network, and finds the data', async () => {
    const nowhere = 'http://127.0.0.1:9'
    const began = Date.now()
    await start({
      via: 'npm',
      env: {
        HTTP_PROXY: nowhere,
        HTTPS_PROXY: nowhere,
        npm_config_registry: nowhere,
        PIP_INDEX_URL: nowhere,
        MAVEN_ARGS: '-o',
      },
    })
    expect(Date.now() - began).toBeLessThan(20_000)
    await expectTitleKept()
  })

  it('leaves nothing when npm gets SIGTERM', async () => {
    platform.child.kill('SIGTERM')
    await platform.exited
    await nothingLeft()
  })
})

describe('npm killed by SIGKILL', () => {
  it('takes everything with it in order, and the next start is clean', async () => {
    await start({ via: 'npm' })
    platform.child.kill('SIGKILL')
    await nothingLeft()
    await start({ via: 'npm' })
    await expectTitleKept()
  })
})

describe('the supervisor killed by SIGKILL', () => {
  it('leaves engines that the next start clears away', async () => {
    const { supervisor, processes } = platform.run
    process.kill(supervisor, 'SIGKILL')
    await platform.exited
    await start({ via: 'terminal' })
    for (const [name, pid] of Object.entries(processes))
      expect({ name, alive: isAlive(pid) }).toEqual({ name, alive: false })
    await expectTitleKept()
  })

  it('and its successor stops when its terminal hangs up', async () => {
    platform.child.kill('SIGKILL')
    await nothingLeft()
  })
})

describe('a start that cannot be', () => {
  const refused = async (options: StartOptions) => {
    const attempt = await launch({ dataDir, port, ...options })
    expect(await attempt.exited).toBeGreaterThan(0)
    await nothingLeft()
    expect(attempt.output()).not.toMatch(/\n\s+at /)
    return attempt.output()
  }

  it.each([
    ['gateway', 0],
    ['kafka', 108],
    ['mongodb', 105],
  ])('names the taken port of %s and what to do', async (name, offset) => {
    const squatter = createServer().listen(port + offset, '127.0.0.1')
    const said = await refused({})
    squatter.close()
    expect(said).toContain(String(port + offset))
    expect(said).toContain(name)
    expect(said).toContain('MARQUEE_PORT')
  })

  it('refuses data of another version and keeps it', async () => {
    const file = join(dataDir, 'engines.json')
    const recorded = await readFile(file, 'utf8')
    await writeFile(file, recorded.replaceAll(/"version":\s*"[^"]+"/g, '"version": "1.0.0"'))
    expect(await refused({})).toMatch(/1\.0\.0/)
    expect(await readFile(file, 'utf8')).toContain('1.0.0')
    await writeFile(file, recorded)
  })

  it('names every wrong variable at once', async () => {
    const said = await refused({
      env: { MARQUEE_PORT: 'many', MARQUEE_SEED_SIZE: 'huge', MARQUEE_INSTANCES: '10' },
    })
    expect(said).toContain('MARQUEE_PORT')
    expect(said).toContain('MARQUEE_SEED_SIZE')
    expect(said).toContain('MARQUEE_INSTANCES')
  })
})
