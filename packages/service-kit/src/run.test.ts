import { type ChildProcess, execFileSync, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'

const sources = import.meta.dirname
const tsc = join(dirname(createRequire(join(sources, 'x.js')).resolve('typescript/package.json')), 'bin/tsc')

/** run() owns a process, so real processes are started; only this file and the error it knows are compiled for that. */
describe('a process that runs an app', () => {
  const folder = mkdtempSync(join(tmpdir(), 'marquee-run-'))
  const children: ChildProcess[] = []
  beforeAll(() => {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
    const options = [
      '--ignoreConfig',
      '--outDir',
      folder,
      '--module',
      'nodenext',
      '--target',
      'es2023',
      '--skipLibCheck',
      '--types',
      'node',
      '--typeRoots',
      join(sources, '../../../node_modules/@types'),
    ]
    execFileSync(process.execPath, [tsc, join(sources, 'run.ts'), ...options])
  })
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL')
    rmSync(folder, { recursive: true })
  })

  function start(main: string, how: 'spawn' | 'fork' = 'spawn') {
    const file = join(folder, `main-${children.length}.mjs`)
    writeFileSync(
      file,
      `import { run } from './run.js'\nimport { ConfigError } from './config-error.js'\nrun(${main}, { hardStopMs: 300 })\n`,
    )
    const stdio =
      how === 'fork' ? (['ignore', 'pipe', 'pipe', 'ipc'] as const) : (['ignore', 'pipe', 'pipe'] as const)
    const child =
      how === 'fork'
        ? fork(file, { stdio: [...stdio] as never })
        : spawn(process.execPath, [file], { stdio: [...stdio] as never })
    children.push(child)
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += chunk
    })
    child.stderr?.on('data', (chunk) => {
      output += chunk
    })
    return {
      child,
      // Not 'close': after disconnect() it does not come.
      ended: Promise.all([
        once(child, 'exit'),
        once(child.stdout as never, 'end'),
        once(child.stderr as never, 'end'),
      ]).then(([[code]]) => ({ code, output })),
      up: once(child.stdout as never, 'data'),
    }
  }
  const app = (stop: string) =>
    `async () => { setInterval(() => {}, 1000); console.log('up'); return { stop: async () => { ${stop} } } }`

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('stops in order on %s, once', async (signal) => {
    const { child, ended, up } = start(
      app("console.log('closing'); await new Promise((r) => setTimeout(r, 100))"),
    )
    await up
    child.kill(signal)
    await once(child.stdout as never, 'data')
    child.kill(signal)
    const { code, output } = await ended
    expect({ code, closings: output.split('closing').length - 1 }).toEqual({ code: 0, closings: 1 })
  })

  it('stops when its supervisor is gone', async () => {
    const { child, ended, up } = start(app("console.log('closing')"), 'fork')
    await up
    child.disconnect()
    expect(await ended).toMatchObject({ code: 0, output: expect.stringContaining('closing') })
  })

  it('waits for a start under way before it stops', async () => {
    const slow =
      "async () => { console.log('up'); await new Promise(r => setTimeout(r, 200)); return { stop: async () => console.log('closing') } }"
    const { child, ended, up } = start(slow)
    await up
    child.kill('SIGTERM')
    expect(await ended).toMatchObject({ code: 0, output: expect.stringContaining('closing') })
  })

  it('prints a wrong configuration plainly and exits 78', async () => {
    const { ended } = start("async () => { throw new ConfigError(['PORT is missing', 'HOST: bad']) }")
    const { code, output } = await ended
    expect({ code, output }).toEqual({
      code: 78,
      output: 'Wrong configuration:\n  PORT is missing\n  HOST: bad\n',
    })
  })

  it('exits 1 when it cannot start, and when something unforeseen is thrown later', async () => {
    expect(await start("async () => { throw new Error('no start') }").ended).toMatchObject({
      code: 1,
      output: expect.stringContaining('no start'),
    })
    const later = app("console.log('closing')").replace(
      "console.log('up')",
      "setTimeout(() => { throw new Error('stray') }, 50)",
    )
    expect(await start(later).ended).toMatchObject({
      code: 1,
      output: expect.stringMatching(/stray.*closing/s),
    })
  })

  it('ends hard when it does not stop in time', async () => {
    const { child, ended, up } = start(app('await new Promise(() => {})'))
    await up
    const startedAt = performance.now()
    child.kill('SIGTERM')
    expect((await ended).code).toBe(1)
    expect(performance.now() - startedAt).toBeGreaterThan(250)
  })
})
