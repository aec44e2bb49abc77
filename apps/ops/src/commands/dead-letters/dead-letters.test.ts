import { describe, expect, it } from '@jest/globals'
import { inboxRetentionMs } from '@marquee/contracts'
import type { Operator, StoredMessage } from '@marquee/events'
import { exitCodes } from '../../problem.js'
import { checkChoice, choose, refusedLines, replayRefusal } from './decide.js'
import { gather, type KeptLetter, onlyTopic, shown, topicOfRef } from './letters.js'

const now = Date.UTC(2026, 5, 1)
const letter = (more: Record<string, string> = {}, place = '7'): StoredMessage => ({
  topic: 'content.dead',
  partition: 0,
  offset: place,
  key: 'k',
  rawKey: Buffer.from('k'),
  value: Buffer.from('{'),
  headers: {
    ce_id: 'e1',
    ce_type: 'content.created',
    ce_subject: 's1',
    dead_topic: 'content',
    dead_partition: '3',
    dead_offset: '12',
    dead_group: 'reviews',
    dead_error: 'Unexpected end',
    dead_attempts: '1',
    dead_time: new Date(now).toISOString(),
    ...more,
  },
  writtenMs: now,
})
function gathered(...messages: StoredMessage[]): KeptLetter[] {
  const kept = new Map<string, KeptLetter>()
  for (const message of messages) gather(kept, message)
  return [...kept.values()]
}

describe('dead letters', () => {
  it('of one message are one, with everybody who buried it and the first time', () => {
    const later = new Date(now + 1000).toISOString()
    const rows = gathered(
      letter({ dead_group: 'reviews', dead_time: later }),
      letter({ dead_group: 'trending', dead_attempts: '3' }, '8'),
      letter({ dead_group: 'trending' }, '9'),
      letter({ dead_offset: '13' }, '10'),
    )
    expect(rows.map(({ ref }) => ref)).toEqual(['content/3/12', 'content/3/13'])
    expect(shown(rows[0]!)).toEqual({
      ref: 'content/3/12',
      topic: 'content',
      id: 'e1',
      type: 'content.created',
      subject: 's1',
      groups: ['reviews', 'trending'],
      error: 'Unexpected end',
      attempts: 3,
      time: new Date(now).toISOString(),
      state: 'open',
      decidedAt: null,
    })
  })

  it('are kept short, however long their error', () => {
    const [row] = gathered(letter({ dead_error: 'x'.repeat(100_000) }))
    expect(row!.error.length).toBeLessThan(200)
  })

  it('are found by the topic of their place, also where they only lie among the dead', () => {
    expect([topicOfRef('content.viewed/3/120'), topicOfRef('content.dead/0/9')]).toEqual([
      'content.viewed',
      'content',
    ])
    for (const wrong of ['content', 'content/3', 'gossip/0/1', 'content/x/1', ''])
      expect(() => topicOfRef(wrong)).toThrow('not the place of a message')
    expect(() => onlyTopic('gossip')).toThrow('no topic gossip')
  })
})

describe('what may be replayed', () => {
  const [row] = gathered(letter())
  const aged = (ms: number) => replayRefusal({ ...row!, oldestMs: now - ms }, now)

  it('is what consumers still remember', () => {
    expect(aged(inboxRetentionMs - 1)).toBeUndefined()
    expect(aged(inboxRetentionMs)).toContain('consumers remember 90 days, it could be counted twice')
  })

  it('is what has a topic of ours to go back to', () => {
    expect(replayRefusal({ ...row!, topic: null }, now)).toContain('does not say')
    expect(replayRefusal({ ...row!, topic: '__consumer_offsets' }, now)).toContain('no topic of ours')
  })
})

describe('a choice', () => {
  it.each([
    [[], {}],
    [['content/3/12'], { all: true }],
    [['content/3/12'], { topic: 'content' }],
  ])('%j with %j is refused', (refs, choice) => {
    expect(() => checkChoice(refs, choice, 'replay')).toThrow(
      expect.objectContaining({ exitCode: exitCodes.usage }),
    )
  })

  /** A Kafka that holds these letters and decisions. */
  const holding = (letters: StoredMessage[], decided: Record<string, string>): Operator => {
    const decisions = Object.entries(decided).map(([ref, state]) => ({
      ...letter(),
      value: Buffer.from(JSON.stringify({ ref, state, time: '2026-06-02T00:00:00.000Z' })),
    }))
    return {
      read: async ({ topics, onMessages }: Parameters<Operator['read']>[0]) => {
        await onMessages(topics.includes('dead-letters.decisions') ? decisions : letters)
      },
    } as Operator
  }
  const kafka = holding([letter(), letter({ dead_offset: '13' }), letter({ dead_offset: '14' })], {
    'content/3/13': 'replayed',
  })
  const refused = ({ ref }: KeptLetter) => (ref === 'content/3/14' ? 'is too old' : undefined)

  it('of named ones takes each once, and says why others are not taken', async () => {
    const names = ['content/3/12', 'content/3/12', 'content/3/13', 'content/3/14', 'content/3/99']
    const chosen = await choose(kafka, names, {}, refused)
    expect(chosen.chosen.map(({ ref }) => ref)).toEqual(['content/3/12'])
    expect(refusedLines(chosen.refused)).toEqual([
      'content/3/13 was replayed already at 2026-06-02T00:00:00.000Z; --again does it nevertheless',
      'content/3/14 is too old',
      'content/3/99 there is no such dead letter',
    ])
  })

  it('of all passes over what was decided, unless it is meant again', async () => {
    const all = await choose(kafka, [], { all: true }, refused)
    expect(all.chosen.map(({ ref }) => ref)).toEqual(['content/3/12'])
    expect(all.refused.map(({ ref }) => ref)).toEqual(['content/3/14'])
    const again = await choose(kafka, [], { all: true, again: true }, () => undefined)
    expect(again.chosen).toHaveLength(3)
  })
})
