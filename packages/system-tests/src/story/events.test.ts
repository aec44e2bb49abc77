import { randomUUID } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { consumerGroups } from '@marquee/contracts'
import { settle } from '@marquee/test-kit'
import { Kafka, logLevel } from 'kafkajs'
import { api } from '../checked.js'
import { readRun } from '../platform.js'
import { compiledOps as ops } from '../poison/compiled-ops.js'
import { putByConsole } from '../poison/console-producer.js'

const patient = { timeoutMs: 60_000, everyMs: 500 }

async function newTitle(): Promise<string> {
  const { status, json } = await api('/api/v1/content', {
    method: 'POST',
    as: 'editor',
    body: { kind: 'movie', title: 'Traced', origin: 'thai', originalLanguage: 'th', status: 'published' },
  })
  expect(status).toBe(201)
  return json.id
}

describe('where a fact is', () => {
  let title: string
  let eventId: string

  it('is told of a new title: outbox, topic, and every app that keeps a copy', async () => {
    title = await newTitle()
    const event = await settle(async () => {
      const { exitCode, json } = await ops('events', 'trace', title, '--json')
      expect([exitCode, json.unanswered]).toEqual([0, []])
      const [created] = json.events
      expect(created).toMatchObject({
        ...{ type: 'content.created', subject: title, subjectVersion: 1, producer: 'catalog' },
        ...{ outbox: { app: 'catalog', state: 'published' }, deadLetters: [] },
      })
      expect(
        created.effects.map(({ app, applied }: { app: string; applied: boolean }) => [app, applied]),
      ).toEqual(['catalog', 'trending', 'user-history', 'reviews'].map((app) => [app, true]))
      return created
    }, patient)
    expect(event.places).toEqual([expect.objectContaining({ topic: 'content' })])
    eventId = event.id
  })

  it('is the same when it is asked by the id of the event, and for people in words', async () => {
    const { json } = await ops('events', 'trace', eventId, '--json')
    expect(json.events).toMatchObject([{ id: eventId, subject: title, outbox: { state: 'published' } }])
    const { exitCode, stdout } = await ops('events', 'trace', eventId)
    expect([exitCode, stdout]).toEqual([0, expect.stringMatching(/reviews titles: has it \(version 1/)])
  })

  it('is told of a view: counted, and in the inbox of who counts it', async () => {
    await api(`/api/v1/content/${title}/views/increment`, { method: 'POST' })
    await settle(async () => {
      const { json } = await ops('events', 'trace', title, '--json')
      const view = json.events.find(({ type }: { type: string }) => type === 'content.viewed')
      expect(view).toMatchObject({ producer: 'trending', outbox: { app: 'trending', state: 'counted' } })
      expect(view.inbox.map(({ app, consumer }: Record<string, string>) => [app, consumer]).sort()).toEqual([
        ['trending', 'view ids'],
        ['user-history', 'analytics'],
      ])
      expect(view.effects.filter(({ applied }: { applied: boolean }) => !applied)).toEqual([])
    }, patient)
  })

  it('is nowhere for an id that nobody has made', async () => {
    const { exitCode, stderr } = await ops('events', 'trace', randomUUID())
    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('Nobody knows')])
  })

  it('can be watched, without bodies unless they are asked for', async () => {
    const args = [
      'events',
      'tail',
      'content',
      '--from-beginning',
      '--subject',
      title,
      '--limit',
      '1',
      '--json',
    ]
    const { exitCode, json } = await ops(...args)
    expect([exitCode, json]).toEqual([0, expect.objectContaining({ id: eventId, type: 'content.created' })])
    expect(json).not.toHaveProperty('body')
    expect((await ops(...args, '--body')).json.body).toMatchObject({ id: title, title: 'Traced' })
  })
})

interface Letter {
  ref: string
  id: string
  state: string
  groups: string[]
}

describe('a message that nobody can do', () => {
  const id = randomUUID()
  const subject = randomUUID()
  const letters = async (): Promise<Letter[]> =>
    (await ops('dead-letters', 'list', '--topic', 'rating', '--json')).json.letters.filter(
      (letter: Letter) => letter.id === id,
    )
  const open = async () => (await letters()).filter(({ state }) => state === 'open')
  let ref: string

  it('is listed once, with all who put it aside', async () => {
    const headers = {
      ...{ ce_id: id, ce_type: 'rating.changed', ce_source: '/marquee/reviews', ce_subject: subject },
      ...{ ce_time: new Date().toISOString(), ce_schemaversion: '1', ce_subjectversion: '1' },
    }
    const poison = { key: subject, value: '{"contentId":"none","count":-1}', headers }
    await putByConsole(readRun().engines.kafka, 'rating', [poison])
    const [letter, ...others] = await settle(async () => {
      const found = await letters()
      expect(found[0]?.groups.toSorted()).toEqual(['catalog-ratings', 'user-history-analytics'])
      return found
    }, patient)
    expect([letter, others]).toEqual([
      expect.objectContaining({ topic: 'rating', type: 'rating.changed', subject, state: 'open' }),
      [],
    ])
    ref = letter!.ref
  })

  it('is shown with its headers, its body and why', async () => {
    const { exitCode, json } = await ops('dead-letters', 'show', ref, '--json')
    expect([exitCode, json]).toEqual([
      0,
      expect.objectContaining({ ref, key: subject, body: { contentId: 'none', count: -1 } }),
    ])
    expect(json.headers).toMatchObject({ ce_id: id, dead_topic: 'rating' })
    expect(json.errors).toHaveLength(2)
    const { json: traced } = await ops('events', 'trace', id, '--json')
    expect(traced.events).toMatchObject([{ id, places: [{ topic: 'rating' }], deadLetters: [{ ref }] }])
  })

  it('goes back into its topic when it is replayed, and is put aside again at its new place', async () => {
    const dry = await ops('dead-letters', 'replay', ref, '--dry-run', '--json')
    expect([dry.exitCode, dry.json]).toEqual([0, { replayed: [ref], refused: [], dryRun: true }])
    expect((await letters()).map(({ state }) => state)).toEqual(['open'])

    const done = await ops('dead-letters', 'replay', ref, '--json')
    expect([done.exitCode, done.json]).toEqual([0, { replayed: [ref], refused: [], dryRun: false }])
    const [again] = await settle(async () => {
      const found = await open()
      expect(found[0]?.groups).toHaveLength(2)
      return found
    }, patient)
    expect(again!.ref).not.toBe(ref)
    const shown = await ops('dead-letters', 'show', again!.ref, '--json')
    expect(shown.json).toMatchObject({ key: subject, body: { contentId: 'none', count: -1 } })
  })

  it('is not replayed twice by accident', async () => {
    const { exitCode, json } = await ops('dead-letters', 'replay', ref, '--json')
    expect([exitCode, json.replayed, json.refused[0].reason]).toEqual([
      1,
      [],
      expect.stringContaining('was replayed already'),
    ])
  })

  it('is dropped when that is confirmed, and then no longer open', async () => {
    const [again] = await open()
    const asked = await ops('dead-letters', 'drop', again!.ref)
    expect([asked.exitCode, asked.stderr]).toEqual([2, expect.stringContaining('nobody to ask')])
    expect(await open()).toHaveLength(1)
    const { exitCode, json } = await ops('dead-letters', 'drop', again!.ref, '--yes', '--json')
    expect([exitCode, json]).toEqual([0, { dropped: [again!.ref], refused: [] }])
    expect((await letters()).map(({ state }) => state).sort()).toEqual(['dropped', 'replayed'])
  })
})

describe('consumers and topics', () => {
  it('are all attended, and come to have nothing left to do', async () => {
    await settle(async () => {
      const { exitCode, json } = await ops('events', 'lag', '--json')
      expect([exitCode, json.lag, json.unattended]).toEqual([0, 0, []])
      for (const { assigned, partitions } of json.groups) expect(assigned).toBe(partitions)
    }, patient)
  })

  it('are those of the table', async () => {
    const admin = new Kafka({ brokers: readRun().engines.kafka, logLevel: logLevel.NOTHING }).admin()
    await admin.connect()
    const { groups } = await admin.listGroups()
    await admin.disconnect()
    const passing = /^(reader|replay|marquee-ops)-/
    const names = groups.map(({ groupId }) => groupId).filter((name) => !passing.test(name))
    expect(names.sort()).toEqual(Object.keys(consumerGroups).sort())
    const { exitCode, json } = await ops('events', 'topics', '--json')
    expect([exitCode, json.differs]).toEqual([0, []])
    expect(json.topics.map(({ topic }: { topic: string }) => topic)).toContain('dead-letters.decisions')
  })
})
