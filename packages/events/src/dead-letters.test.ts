import { describe, expect, it } from '@jest/globals'
import { deadLetterRetentionMs } from '@marquee/contracts'
import {
  deadLetterOf,
  decisionOf,
  decisionsTopic,
  revived,
  type StoredMessage,
  toDecisionMessage,
} from './index.js'
import { toDeadLetter, toMessage } from './message.js'
import { deleted } from './testing/world.js'

const event = deleted('0192-subject', 7)
const { topic: _, ...sent } = toMessage(event)
const message = {
  ...sent,
  topic: 'content',
  partition: 3,
  offset: '120',
  key: event.subject,
  rawKey: Buffer.from(event.subject),
  value: Buffer.from(event.body),
}
const buried = (more: Record<string, string> = {}): StoredMessage => {
  const letter = toDeadLetter(message, {
    group: 'reviews',
    error: 'no such thing',
    attempts: 3,
    topic: 'content.dead',
  })
  return {
    ...message,
    topic: letter.topic,
    partition: 0,
    offset: '9',
    headers: { ...letter.headers, ...more },
    writtenMs: 1_700_000_000_000,
  }
}

describe('a dead letter', () => {
  it('says where the message was, what it is and who buried it', () => {
    const letter = buried()
    expect(deadLetterOf(letter)).toEqual({
      ref: 'content/3/120',
      topic: 'content',
      place: 'content.dead/0/9',
      id: event.id,
      type: 'content.deleted',
      subject: event.subject,
      group: 'reviews',
      error: 'no such thing',
      attempts: 3,
      time: letter.headers.dead_time,
      oldestMs: Date.parse(event.time),
    })
  })

  it('without a place of its own goes by where it lies, and without a time by when it was written', () => {
    const { dead_partition, dead_time, ce_time, ...headers } = buried().headers
    expect(dead_partition && dead_time && ce_time).toBeTruthy()
    expect(deadLetterOf({ ...buried(), headers })).toMatchObject({
      ref: 'content.dead/0/9',
      topic: 'content',
      time: '2023-11-14T22:13:20.000Z',
      oldestMs: 1_700_000_000_000,
    })
  })

  it('is as old as its event, even where the event says it is of the future', () => {
    expect(deadLetterOf(buried({ ce_time: '2019-01-01T00:00:00Z' })).oldestMs).toBe(Date.UTC(2019, 0, 1))
    const { time, oldestMs } = deadLetterOf(buried({ ce_time: '9999-01-01T00:00:00Z' }))
    expect(oldestMs).toBe(Date.parse(time))
  })

  it('revived is the message as it was', () => {
    expect(revived(buried())).toEqual({
      topic: 'content',
      key: message.rawKey,
      value: message.value,
      headers: message.headers,
    })
    expect(revived({ ...buried(), headers: { ce_id: '1' } })).toBeUndefined()
  })
})

describe('a decision', () => {
  it('is read as it was written, and what is none is passed over', () => {
    const decision = { ref: 'content/3/120', state: 'dropped', time: '2026-01-01T00:00:00.000Z' } as const
    const { key, value } = toDecisionMessage(decision)
    expect(key).toBe('content/3/120')
    expect(decisionOf({ value: Buffer.from(String(value)) })).toEqual(decision)
    for (const text of ['', '{', 'null', '{"ref":"a/0/1","state":"eaten","time":""}'])
      expect(decisionOf({ value: Buffer.from(text) })).toBeUndefined()
  })

  it('outlives the letter it is about', () => {
    expect(Number(decisionsTopic.config['retention.ms'])).toBeGreaterThan(deadLetterRetentionMs)
  })
})
