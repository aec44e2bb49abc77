import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { connectOperator, type Operator, toMessage } from '@marquee/events'
import { testEngines } from '@marquee/test-kit'
import { writeViews } from './views-on-topic.js'

const unheard = () => {}
const log = { debug: unheard, info: unheard, warn: unheard, error: unheard }
let kafka: Operator
let folder: string
beforeAll(async () => {
  const { kafka: brokers } = testEngines()
  kafka = connectOperator({ brokers, clientId: 'test', log, topicPrefix: `t-${randomUUID()}-` })
  folder = await mkdtemp(join(tmpdir(), 'views-on-topic-'))
  await kafka.make([{ topic: 'content.viewed', partitions: 6, config: {} }])
})
afterAll(async () => {
  await kafka.close()
  await rm(folder, { recursive: true })
})

const [one, other] = [randomUUID(), randomUUID()]
const view = (contentId: string, time: string, id: string = randomUUID()) =>
  toMessage({
    ...{
      id,
      type: 'content.viewed',
      schemaVersion: 1,
      time,
      subject: contentId,
      subjectVersion: 1,
      producer: 'trending',
    },
    body: JSON.stringify({ contentId, viewerKey: 'v', userId: null, sessionId: null }),
  })
const day = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString()

it('counts each view of the days asked once, and nothing that is no view', async () => {
  const sent = view(one, day(0))
  const ids = [sent, view(one, day(0)), view(other, day(3))]
  const older = view(other, day(9))
  const poison = { ...view(one, day(0)), value: '{' }
  const ofNobody = { ...view(one, day(0)), headers: { ...sent.headers, ce_id: '' } }
  await kafka.send([...ids, sent, older, poison, sent, ofNobody])

  const file = join(folder, 'figures')
  await writeViews(kafka, file, { since: day(5).slice(0, 10), ids: true })
  const lines = (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(lines.filter(({ figure }) => figure === 'views by title and day')).toEqual(
    expect.arrayContaining([
      { figure: 'views by title and day', key: `${one} ${day(0).slice(0, 10)}`, value: '2' },
      { figure: 'views by title and day', key: `${other} ${day(3).slice(0, 10)}`, value: '1' },
    ]),
  )
  const told = lines.filter(({ figure }) => figure === 'view ids').map(({ key }) => key)
  expect(told.toSorted()).toEqual(ids.map(({ headers }) => headers.ce_id).toSorted())
  expect(lines).toHaveLength(5)

  await writeViews(kafka, file, { since: day(5).slice(0, 10), ids: false })
  expect((await readFile(file, 'utf8')).trimEnd().split('\n')).toHaveLength(2)
})
