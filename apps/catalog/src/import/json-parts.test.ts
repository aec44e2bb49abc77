import { describe, expect, it } from '@jest/globals'
import { type JsonPart, MalformedJson, readJsonParts } from './json-parts.js'

async function* inChunks(text: string, size: number) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}

async function read(text: string, size = 7): Promise<JsonPart[]> {
  const parts: JsonPart[] = []
  for await (const part of readJsonParts(inChunks(text, size))) parts.push(part)
  return parts
}

describe('a JSON document read in pieces', () => {
  it('gives values and elements wherever the chunks are cut', async () => {
    const document = {
      meta: { a: [1, { b: '}],"\\' }], c: null },
      items: [{ t: 'x, [y] "z" \\ {' }, [1, [2]], 'text', 5, true, {}],
      empty: [],
      last: -1.5e3,
    }
    for (const size of [1, 2, 3, 1000]) {
      expect(await read(JSON.stringify(document), size)).toEqual([
        { key: 'meta', index: null, value: document.meta },
        ...document.items.map((value, index) => ({ key: 'items', index, value })),
        { key: 'last', index: null, value: document.last },
      ])
      expect(await read(`\ufeff ${JSON.stringify(document, null, 2)}\n`, size)).toHaveLength(8)
    }
  })

  it.each(['', '[1]', '{"items":[1,2', '{"items":[1,}', '{"a":tru}', '{"items":[{"a":1}', '{} {', 'x'])(
    'refuses %j',
    async (text) => {
      await expect(read(text)).rejects.toThrow(MalformedJson)
    },
  )

  it('says where it is malformed', async () => {
    await expect(read('{"items":[{"a":1},{"a":}]}')).rejects.toThrow('items[1]')
  })
})
