import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import { topicOf } from '@marquee/contracts'
import type { InMessage } from './handle.js'
import { parseMessage } from './message.js'

const folder = new URL('../../contracts/events/samples/', import.meta.url)
const samples = readdirSync(folder)

interface Sample {
  key: string
  headers: Record<string, string>
  value: Record<string, unknown>
}
const read = (name: string) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Sample

const received = ({ key, headers, value }: Sample): InMessage => ({
  topic: topicOf(headers.ce_type as Parameters<typeof topicOf>[0]),
  partition: 0,
  offset: '0',
  key,
  rawKey: Buffer.from(key),
  value: Buffer.from(JSON.stringify(value)),
  headers,
})

describe('a golden sample', () => {
  it.each(samples)('%s is read, as what it was', (name) => {
    const sample = read(name)
    const { headers, value } = sample
    expect(name.startsWith(`${headers.ce_type}.v${headers.ce_schemaversion}.`)).toBe(true)
    expect(parseMessage(received(sample))).toEqual({
      kind: 'event',
      event: expect.objectContaining({
        id: headers.ce_id,
        type: headers.ce_type,
        subject: headers.ce_subject,
        subjectVersion: Number(headers.ce_subjectversion),
        data: expect.objectContaining(value),
      }),
    })
  })

  it.each(samples)('%s is read the same with fields that nobody knows', (name) => {
    const sample = read(name)
    const plain = parseMessage(received(sample))
    const more = { ...sample, value: { ...sample.value, addedLater: { deep: true } } }
    const withMore = parseMessage({ ...received(more), headers: { ...sample.headers, ce_addedlater: '1' } })
    expect(plain.kind === 'event' && plain.event.data).toEqual(
      withMore.kind === 'event' && withMore.event.data,
    )
  })

  it('of a version that never was is poison', () => {
    const sample = read(samples[0]!)
    const headers = { ...sample.headers, ce_schemaversion: '2' }
    expect(parseMessage(received({ ...sample, headers }))).toMatchObject({ kind: 'poison' })
  })
})
