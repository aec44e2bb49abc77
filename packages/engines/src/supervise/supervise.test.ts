import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { freePort, removeTemporaryFolders, scriptSpec, temporaryFolder } from '../testing.fixture.js'
import { listens } from './ports.js'
import type { ProcessChange, ProcessSpec, Supervisor } from './process-spec.js'
import { startTimeOf, waitUntil } from './process-table.js'
import { backoffMs } from './start-process.js'
import { supervise } from './supervise.js'

const isGone = async (pid: number) => startTimeOf(pid) === null

let supervisors: Supervisor[] = []
function owned(specs: ProcessSpec[], dataDir: string, changes: ProcessChange[] = []): Supervisor {
  const supervisor = supervise(specs, { dataDir, onChange: (change) => changes.push(change) })
  supervisors.push(supervisor)
  return supervisor
}

afterEach(async () => {
  await Promise.all(supervisors.map((supervisor) => supervisor.stop()))
  supervisors = []
  removeTemporaryFolders()
})

describe('a supervised fleet', () => {
  it('starts each process after those it depends on are ready, and stops them in the opposite order', async () => {
    const dataDir = await temporaryFolder()
    const specs = [
      await scriptSpec(dataDir, 'app', { dependsOn: ['engine'] }),
      await scriptSpec(dataDir, 'engine', { extra: 'require("node:child_process").execSync("sleep 0.2")' }),
    ]
    const changes: ProcessChange[] = []
    const supervisor = owned(specs, dataDir, changes)
    await supervisor.start()
    expect(supervisor.states()).toEqual({ app: 'ready', engine: 'ready' })
    await supervisor.stop()
    expect(changes.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'engine starting',
      'engine ready',
      'app starting',
      'app ready',
      'app stopping',
      'app stopped',
      'engine stopping',
      'engine stopped',
    ])
    expect(supervisor.pids()).toEqual({})
  })

  it('starts the named processes first and the rest later, each once', async () => {
    const dataDir = await temporaryFolder()
    const specs = [
      await scriptSpec(dataDir, 'engine'),
      await scriptSpec(dataDir, 'app', { dependsOn: ['engine'] }),
    ]
    const supervisor = owned(specs, dataDir)
    await supervisor.start(['engine'])
    const { engine } = supervisor.pids()
    expect(supervisor.states().app).toBe('stopped')
    await supervisor.start()
    expect(supervisor.pids().engine).toBe(engine)
    expect(supervisor.states().app).toBe('ready')
  })

  it('restarts a killed process at once, and tells why', async () => {
    const dataDir = await temporaryFolder()
    const changes: ProcessChange[] = []
    const supervisor = owned([await scriptSpec(dataDir, 'engine')], dataDir, changes)
    await supervisor.start()
    const first = supervisor.pids().engine!
    process.kill(first, 'SIGKILL')
    const restarted = async () => supervisor.states().engine === 'ready' && supervisor.pids().engine !== first
    expect(await waitUntil(restarted, 5_000)).toBe(true)
    expect(changes).toContainEqual({
      name: 'engine',
      pid: null,
      state: 'restarting',
      reason: 'it was killed by SIGKILL',
    })
  })

  it('keeps a process that ended from starting while a file in held/ names it', async () => {
    const dataDir = await temporaryFolder()
    const held = path.join(dataDir, 'held', 'engine#2')
    await mkdir(path.dirname(held))
    const supervisor = owned(
      [await scriptSpec(dataDir, 'engine#2'), await scriptSpec(dataDir, 'other')],
      dataDir,
    )
    await supervisor.start()
    await writeFile(held, '')
    const first = supervisor.pids()
    for (const pid of Object.values(first)) process.kill(pid, 'SIGKILL')
    // The other one, killed at the same moment, is back: so would this one be.
    const isBack = (name: string) => async () =>
      supervisor.states()[name] === 'ready' && supervisor.pids()[name] !== first[name]
    expect(await waitUntil(isBack('other'), 5_000)).toBe(true)
    expect([supervisor.pids()['engine#2'], supervisor.states()['engine#2']]).toEqual([
      undefined,
      'restarting',
    ])
    await rm(held)
    expect(await waitUntil(isBack('engine#2'), 5_000)).toBe(true)
  })

  it('leaves a restarted process alone that serves, though what it stands on keeps it from being ready', async () => {
    const dataDir = await temporaryFolder()
    const gate = path.join(dataDir, 'gate')
    await writeFile(gate, 'open')
    const port = await freePort()
    const spec = await scriptSpec(dataDir, 'app', {
      port,
      ready: async () => (await readFile(gate, 'utf8')) === 'open',
      readyTimeoutMs: 500,
      serves: () => listens(port),
    })
    const changes: ProcessChange[] = []
    const supervisor = owned([spec], dataDir, changes)
    await supervisor.start()
    await writeFile(gate, 'closed')
    process.kill(supervisor.pids().app!, 'SIGKILL')
    const restarts = () => changes.filter(({ state }) => state === 'restarting').length
    expect(await waitUntil(async () => supervisor.states().app === 'ready' && restarts() > 0, 5_000)).toBe(
      true,
    )
    expect(restarts()).toBe(1)
  })

  it('waits longer after each failure, but never long', () => {
    const waits = [0, 1, 2, 3, 10].map(backoffMs)
    expect(waits).toEqual([50, 400, 800, 1600, 5000])
  })

  it('holds an app back until what it depends on is ready again', async () => {
    const dataDir = await temporaryFolder()
    const gate = path.join(dataDir, 'gate')
    await writeFile(gate, 'open')
    const port = await freePort()
    const isOpen = async () => (await readFile(gate, 'utf8')) === 'open'
    const engine = await scriptSpec(dataDir, 'engine', { port, ready: isOpen })
    const app = await scriptSpec(dataDir, 'app', { kind: 'app', dependsOn: ['engine'] })
    const changes: ProcessChange[] = []
    const supervisor = owned([engine, app], dataDir, changes)
    await supervisor.start()
    await writeFile(gate, 'shut')
    for (const pid of Object.values(supervisor.pids())) process.kill(pid, 'SIGKILL')
    await waitUntil(async () => supervisor.states().engine === 'starting', 5_000)
    expect(supervisor.states().app).toBe('restarting')
    changes.length = 0
    await writeFile(gate, 'open')
    expect(await waitUntil(async () => supervisor.states().app === 'ready', 5_000)).toBe(true)
    const told = changes.filter(({ state }) => state === 'ready').map(({ name }) => name)
    expect(told).toEqual(['engine', 'app'])
  })

  it('kills a process that does not stop when asked, with all of its process group', async () => {
    const dataDir = await temporaryFolder()
    const child = 'require("node:child_process").spawn("sleep", ["1000"])'
    const stubborn = await scriptSpec(dataDir, 'stubborn', {
      extra: `process.on("SIGTERM", () => {}); const c = ${child}; console.log(c.pid)`,
      stopTimeoutMs: 200,
    })
    const supervisor = owned([stubborn], dataDir)
    await supervisor.start()
    const pids = [supervisor.pids().stubborn!, Number(await readFile(stubborn.logFile, 'utf8'))]
    await supervisor.stop()
    for (const pid of pids) expect(await waitUntil(() => isGone(pid), 2_000)).toBe(true)
  })
})

describe('a start that fails', () => {
  it('shows the end of the log of a process that dies, and leaves nothing running', async () => {
    const dataDir = await temporaryFolder()
    const bad = await scriptSpec(dataDir, 'bad', {
      script: 'console.error("cannot read my settings"); process.exit(3)',
      dependsOn: ['good'],
    })
    const pids: number[] = []
    const supervisor = supervise([bad, await scriptSpec(dataDir, 'good')], {
      dataDir,
      onChange: ({ pid }) => pid && pids.push(pid),
    })
    await expect(supervisor.start()).rejects.toThrow(
      /^bad did not start: it ended with code 3\.[\s\S]*cannot read my settings/,
    )
    expect(supervisor.pids()).toEqual({})
    expect(pids.length).toBeGreaterThan(1)
    for (const pid of pids) expect(await isGone(pid)).toBe(true)
  })

  it('says so when a program does not exist', async () => {
    const dataDir = await temporaryFolder()
    const missing = await scriptSpec(dataDir, 'missing', { command: { file: '/no/such/program', args: [] } })
    await expect(owned([missing], dataDir).start()).rejects.toThrow(/missing did not start: .*ENOENT/)
  })

  it('names every taken port, who has it and the variable that moves it, and starts nothing', async () => {
    const dataDir = await temporaryFolder()
    const holder = net.createServer()
    holder.listen(0, '127.0.0.1')
    await once(holder, 'listening')
    const { port } = holder.address() as net.AddressInfo
    const changes: ProcessChange[] = []
    const specs = [
      await scriptSpec(dataDir, 'first', { port, portVariable: 'MARQUEE_PORT' }),
      await scriptSpec(dataDir, 'second', { extraPorts: [port] }),
    ]
    const start = owned(specs, dataDir, changes).start()
    await expect(start).rejects.toThrow(
      new RegExp(
        `Port ${port}, wanted by first, is taken by .*process ${process.pid}\\); set MARQUEE_PORT to move it\\.` +
          `\\nPort ${port}, wanted by second, is taken`,
      ),
    )
    expect(changes).toEqual([])
    holder.close()
  })

  it('can be interrupted: a stop during the start leaves nothing running', async () => {
    const dataDir = await temporaryFolder()
    const never = await scriptSpec(dataDir, 'never', { ready: async () => false })
    const supervisor = owned([never], dataDir)
    const start = supervisor.start()
    start.catch(() => undefined)
    await waitUntil(async () => supervisor.pids().never !== undefined, 5_000)
    const pid = supervisor.pids().never!
    await supervisor.stop()
    await expect(start).rejects.toThrow()
    expect(await isGone(pid)).toBe(true)
  })
})

/** A supervisor in a process of its own, from the build, which can be killed. */
async function otherSupervisor(dataDir: string, specs: object[]) {
  const built = new URL('../../dist/index.js', import.meta.url).href
  const script = `
    import { supervise } from ${JSON.stringify(built)}
    const specs = ${JSON.stringify(specs)}.map((spec) => ({ ...spec, ready: async () => true }))
    const supervisor = supervise(specs, { dataDir: ${JSON.stringify(dataDir)} })
    await supervisor.start()
    console.log(JSON.stringify(supervisor.pids()))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    pids: JSON.parse(String(line)) as Record<string, number>,
    async kill() {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

describe('after a killed supervisor', () => {
  it('the next start ends the engines it left; apps have noticed by themselves', async () => {
    const dataDir = await temporaryFolder()
    const engine = await scriptSpec(dataDir, 'engine')
    const app = await scriptSpec(dataDir, 'app', {
      kind: 'app',
      extra: 'process.on("disconnect", () => process.exit(0))',
    })
    const other = await otherSupervisor(dataDir, [engine, app])
    await other.kill()
    const { engine: leftEngine, app: leftApp } = other.pids
    expect(await waitUntil(() => isGone(leftApp!), 5_000)).toBe(true)
    expect(await isGone(leftEngine!)).toBe(false)

    const supervisor = owned([engine, app], dataDir)
    await supervisor.start()
    expect(await isGone(leftEngine!)).toBe(true)
    expect(supervisor.pids().engine).not.toBe(leftEngine)
  })

  it('a process that merely got the number of a recorded one is left alone', async () => {
    const dataDir = await temporaryFolder()
    const stranger = spawn('sleep', ['1000'])
    const recorded = { pid: stranger.pid, startTime: 'another boot:1' }
    const ledger = { supervisor: { ...recorded, pid: 1 }, processes: { engine: recorded } }
    await writeFile(path.join(dataDir, 'processes.json'), JSON.stringify(ledger))
    await owned([await scriptSpec(dataDir, 'engine')], dataDir).start()
    expect(await isGone(stranger.pid!)).toBe(false)
    stranger.kill('SIGKILL')
  })

  it('a folder whose supervisor lives is refused, and its processes go on', async () => {
    const dataDir = await temporaryFolder()
    const engine = await scriptSpec(dataDir, 'engine')
    const other = await otherSupervisor(dataDir, [engine])
    await expect(owned([engine], dataDir).start()).rejects.toThrow(
      /is in use: process \d+ runs Marquee on it/,
    )
    expect(await isGone(other.pids.engine!)).toBe(false)
    await other.kill()
    process.kill(other.pids.engine!, 'SIGKILL')
  })
})
