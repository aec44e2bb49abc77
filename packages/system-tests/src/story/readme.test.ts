import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { dataDir } from '../platform.js'

const readme = readFileSync(join(import.meta.dirname, '../../../../README.md'), 'utf8')
const [settings, ...curls] = /## Use it[^`]*?(?:`[^`]*`[^`]*?)*```sh\n([\s\S]*?)```/
  .exec(readme)![1]!
  .trim()
  .split('\n')

describe('the nine lines of the README', () => {
  it('are nine', () => expect(curls).toHaveLength(9))

  it.each(curls)('%s', async (line) => {
    const script = [settings!.replace('./.data', dataDir), `${line} -sS -o /dev/null -w '%{http_code}'`]
    const { stdout } = await promisify(execFile)('sh', ['-c', script.join('\n')])
    expect(stdout).toMatch(/^20[01]$/)
  })
})
