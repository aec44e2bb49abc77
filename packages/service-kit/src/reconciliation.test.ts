import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { z } from 'zod'
import { ownerPages } from './owner-pages.js'
import { checkOf, checksAgree, checkTable, type Figure, writeFigures } from './reconciliation.js'

describe('checks', () => {
  const differ = Array.from({ length: 30 }, (_, id) => ({ id }))
  const checks = [checkOf('totals', 100, []), checkOf('votes', 50, differ)]

  it('agree when nothing differs, and show 20 examples at most', () => {
    expect(checksAgree(checks)).toBe(false)
    expect(checksAgree(checks.slice(0, 1))).toBe(true)
    expect(checks[1]).toMatchObject({ compared: 50, differing: 30, examples: differ.slice(0, 20) })
  })

  it('are a table to read', () => {
    const [head, totals, votes, example] = checkTable(checks).split('\n')
    expect([head, totals, votes].map((line) => line?.split(/\s{2,}/))).toEqual([
      ['check', 'compared', 'differing'],
      ['totals', '100', '0'],
      ['votes', '50', '30'],
    ])
    expect(example).toBe('  {"id":0}')
  })
})

describe('figures', () => {
  it('are a line of JSON each, however many; a file that cannot be written is an error', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'figures-'))
    async function* many(): AsyncGenerator<Figure> {
      for (let n = 0; n < 20_000; n++) yield { figure: 'titles', key: `id-${n}`, value: '1 "published"' }
    }
    try {
      const file = join(folder, 'figures')
      await writeFigures(file, many())
      const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
      expect(lines).toHaveLength(20_000)
      expect(JSON.parse(lines.at(-1)!)).toEqual({ figure: 'titles', key: 'id-19999', value: '1 "published"' })
      await expect(writeFigures(join(folder, 'no', 'figures'), many())).rejects.toThrow('ENOENT')
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('the pages of an owner', () => {
  const Page = z.object({ items: z.array(z.number()), next: z.string().nullable() })
  const owner = (pages: unknown[], status = 200) => {
    const asked: string[] = []
    const get = async (path: string) => {
      asked.push(path)
      return { status, headers: {}, body: Buffer.from(JSON.stringify(pages[asked.length - 1])) }
    }
    return { asked, get }
  }

  it('are asked for one after another, to the last', async () => {
    const { asked, get } = owner([
      { items: [1, 2], next: 'b' },
      { items: [3], next: null },
    ])
    const found: number[][] = []
    for await (const items of ownerPages({ get }, '/internal/things', Page)) found.push(items)
    expect(found).toEqual([[1, 2], [3]])
    expect(asked).toEqual(['/internal/things?limit=500', '/internal/things?limit=500&after=b'])
  })

  it('are an error when the owner is down or says something else', async () => {
    for (const { get } of [owner([{}], 503), owner([{ items: ['x'], next: null }])])
      await expect(ownerPages({ get }, '/internal/things', Page).next()).rejects.toThrow()
  })
})
