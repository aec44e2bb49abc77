import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { z } from '../z.js'
import { breaches, eventSchemas, type Json } from './frozen.js'
import { consumerGroups } from './groups.js'
import { topicNames } from './topics.js'

const folder = new URL('../../events/', import.meta.url)
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8'))
const frozen = readdirSync(folder).filter((name) => name.endsWith('.schema.json'))
const samples = readdirSync(new URL('samples/', folder))

describe('the schema of an event', () => {
  it('has a file for each version, and each file has its schema', () => {
    expect(frozen.sort()).toEqual([...eventSchemas().keys()].sort())
  })

  it.each(frozen)('%s says what it said when it was frozen', (name) => {
    expect(breaches(read(name), eventSchemas().get(name)!)).toEqual([])
  })

  it.each(frozen)('%s has two samples at least, and takes them', (name) => {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    ;(addFormats as unknown as (ajv: Ajv2020) => void)(ajv)
    const takes = ajv.compile(read(name))
    const own = samples.filter((sample) => sample.startsWith(name.replace('schema.json', '')))
    expect(own.length).toBeGreaterThanOrEqual(2)
    for (const sample of own) {
      const { value } = read(`samples/${sample}`)
      expect([sample, takes(value), takes.errors]).toEqual([sample, true, null])
      expect(takes({ ...value, addedLater: true })).toBe(true)
      expect(takes({})).toBe(false)
    }
  })
})

describe('a change of a frozen schema', () => {
  const address = z.object({ city: z.string() })
  const base = { id: z.string(), kind: z.enum(['a', 'b']), n: z.number().nullable(), all: z.array(address) }
  const json = (shape: z.ZodRawShape) => z.toJSONSchema(z.object(shape), { io: 'input' }) as Json
  const { n: _, ...withoutN } = base
  it.each<[string, z.ZodRawShape, string[]]>([
    ['is none where nothing changed', base, []],
    ['may be a field that can be left out', { ...base, more: z.string().optional() }, []],
    ['may be one deep inside', { ...base, all: z.array(address.extend({ zip: z.string().optional() })) }, []],
    ['may be other words about it', { ...base, id: z.string().describe('its name') }, []],
    [
      'is refused for a new field that must be there',
      { ...base, more: z.string() },
      ['/more: is required now'],
    ],
    ['is refused for a field that is gone', withoutN, ['/n: is gone', '/n: may be left out now']],
    [
      'is refused for one that may be left out now',
      { ...base, id: z.string().optional() },
      ['/id: may be left out now'],
    ],
    ['is refused for another type', { ...base, id: z.number() }, ['/id type: was "string", is "number"']],
    [
      'is refused for fewer values',
      { ...base, kind: z.enum(['a']) },
      ['/kind enum: was ["a","b"], is ["a"]'],
    ],
    [
      'is refused for more values',
      { ...base, kind: z.enum(['a', 'b', 'c']) },
      ['/kind enum: was ["a","b"], is ["a","b","c"]'],
    ],
    [
      'is refused for a narrower number',
      { ...base, n: z.number().min(0).nullable() },
      [
        '/n type: was ["number","null"], is null',
        '/n anyOf: was null, is [{"type":"number","minimum":0},{"type":"null"}]',
      ],
    ],
    [
      'is refused for null no more',
      { ...base, n: z.number() },
      ['/n type: was ["number","null"], is "number"'],
    ],
    [
      'is refused deep inside',
      { ...base, all: z.array(z.object({ city: z.string(), zip: z.string() })) },
      ['/all/items/zip: is required now'],
    ],
  ])('%s', (_words, shape, expected) => {
    expect(breaches(json(base), json(shape))).toEqual(expected)
  })
})

describe('a topic', () => {
  // Every group handles all types of its topics, and so buries whatever cannot be read.
  it.each(topicNames)('%s has a group that buries its poison', (topic) => {
    const groups = Object.entries(consumerGroups).filter(([, topics]) =>
      (topics as readonly string[]).includes(topic),
    )
    expect(groups.length).toBeGreaterThan(0)
  })
})
