import { describe, expect, it } from '@jest/globals'
import { readTopic, settle } from '@marquee/test-kit'
import { api } from '../checked.js'
import { ops } from '../ops.js'
import { everything } from '../pages.js'
import { readRun } from '../platform.js'
import { nineEndpoints } from './nine-endpoints.js'

const importBangumi = async () => (await ops('import', 'bangumi', '--json')).json

const publishedIds = async () => new Set<string>(await everything('/api/v1/content/ids'))

const eventsOf = async (ids: Set<string>) =>
  (await readTopic(readRun().engines.kafka, 'content')).filter(({ headers }) =>
    ids.has(headers.ce_subject ?? ''),
  )

describe('import bangumi, while the platform runs', () => {
  it('adds 8,483 titles that the API gives and Kafka tells of once, and changes nothing the second time', async () => {
    const before = await publishedIds()
    const first = await importBangumi()
    expect(first).toMatchObject({ added: 8483, changed: 0, unchanged: 0 })
    expect(first.dropped).toBeDefined()

    const added = new Set([...(await publishedIds())].filter((id) => !before.has(id)))
    expect(added.size).toBe(8483)
    await settle(async () => expect((await eventsOf(added)).length).toBe(8483), {
      timeoutMs: 60_000,
      everyMs: 500,
    })

    expect(await importBangumi()).toMatchObject({ added: 0, changed: 0, unchanged: 8483 })
    expect((await eventsOf(added)).length).toBe(8483)
  }, 300_000)

  it('lets an imported title be watched and found like any other', async () => {
    const { json } = await api('/api/v1/content?origin=japanese&sort=newest&limit=1')
    const [title] = json.items
    const viewed = await api(`/api/v1/content/${title.slug}/views/increment`, { method: 'POST' })
    expect(viewed.json).toMatchObject({ contentId: title.id, counted: true })
    const whole = await api(`/api/v1/content/${title.id}?include=translations,externalIds`)
    expect(whole.json.externalIds.length).toBeGreaterThan(0)
  })

  it('leaves all nine endpoints right', nineEndpoints, 60_000)
})
