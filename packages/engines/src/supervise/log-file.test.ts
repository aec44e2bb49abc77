import { writeSync } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterEach, expect, it } from '@jest/globals'
import { removeTemporaryFolders, temporaryFolder } from '../testing.fixture.js'
import { openLog, rotate, tail } from './log-file.js'

afterEach(removeTemporaryFolders)

it('a log that grew too large is set aside, three are kept, and its writer goes on at the beginning', async () => {
  const file = path.join(await temporaryFolder(), 'engine.log')
  const log = openLog(file)
  for (const text of ['one', 'two', 'three', 'four']) {
    writeSync(log.fd, text.padEnd(100, '.'))
    expect(await rotate(file, 100)).toBe(true)
  }
  writeSync(log.fd, 'five')
  log.close()
  expect(await rotate(file, 100)).toBe(false)
  const kept = await Promise.all(['', '.1', '.2', '.3'].map((end) => readFile(`${file}${end}`, 'utf8')))
  expect(kept.map((text) => text.replaceAll('.', ''))).toEqual(['five', 'four', 'three', 'two'])
  await expect(stat(`${file}.4`)).rejects.toThrow('ENOENT')
})

it('the tail of a log is its last lines', async () => {
  const file = path.join(await temporaryFolder(), 'engine.log')
  await writeFile(file, Array.from({ length: 5_000 }, (_, line) => `line ${line}`).join('\n'))
  expect(await tail(file, 2)).toBe('line 4998\nline 4999')
  expect(await tail(`${file}.none`)).toBe('')
})
