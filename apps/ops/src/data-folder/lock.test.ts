import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { startTimeOf } from '@marquee/engines'
import { lockHolder, takeLock } from './lock.js'

const folders: string[] = []
const folder = async () => {
  const dir = await mkdtemp(join(tmpdir(), 'marquee-lock-'))
  folders.push(dir)
  return dir
}
afterAll(() => Promise.all(folders.map((dir) => rm(dir, { recursive: true }))))

const lockOf = (dir: string, holder: object) => writeFile(join(dir, 'ops.lock'), JSON.stringify(holder))

describe('the lock of a data folder', () => {
  it('is given once, and again after its release', async () => {
    const dir = await folder()
    const first = await takeLock(dir)
    expect(await takeLock(dir)).toMatchObject({ heldBy: { pid: process.pid } })
    if ('release' in first) await first.release()
    expect(await takeLock(dir)).toHaveProperty('release')
  })

  it('of a live process is respected', async () => {
    const dir = await folder()
    const other = spawn('sleep', ['60'])
    await lockOf(dir, { pid: other.pid, startTime: startTimeOf(other.pid!) })
    expect(await takeLock(dir)).toMatchObject({ heldBy: { pid: other.pid } })
    other.kill()
  })

  it('of a dead process, or of a pid that another process got since, is taken over', async () => {
    const dir = await folder()
    await lockOf(dir, { pid: process.ppid, startTime: '1' })
    expect(await lockHolder(dir)).toBeUndefined()
    expect(await takeLock(dir)).toHaveProperty('release')
    expect(await readdir(dir)).toEqual(['ops.lock'])
  })

  it('is damaged at worst into nothing', async () => {
    const dir = await folder()
    await writeFile(join(dir, 'ops.lock'), '{"pi')
    expect(await takeLock(dir)).toHaveProperty('release')
  })
})
