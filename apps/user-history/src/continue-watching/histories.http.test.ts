import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { continuePolicies } from '@marquee/contracts'
import { playOverHttp } from '../testing/play-over-http.js'
import { serveUserHistory } from '../testing/serve.js'
import { policyRules } from './histories/words.fixture.js'
import { histories } from './histories.fixture.js'

let place: Awaited<ReturnType<typeof serveUserHistory>>
let app: Awaited<ReturnType<typeof place.start>>
beforeAll(async () => {
  place = await serveUserHistory()
  app = await place.start()
})
afterAll(() => place.close())

// The same histories as the rules are tested with, over the routes and the real tables.
describe.each(Object.entries(histories))('%s', (_, ofTopic) => {
  it.each(ofTopic)('$promise', async (history) => {
    const { me, contentId, idOf } = await playOverHttp(history, { app, primary: place.primary })
    for (const policy of continuePolicies) {
      const path = `/api/v1/continue-watching?policy=${policy}`
      const expected = 'state' in history.finds ? history.finds : history.finds[policy]
      const { json: list } = await app.send(path, { sub: me })
      const { json: explained } = await app.send(`${path}&explain=1&contentId=${contentId}`, { sub: me })
      const [{ state, rule, episode, skipped, facts }] = explained.explanations
      if (expected.state === 'absent') {
        expect([state, rule]).toEqual(['absent', expected.rule])
        expect(list).toEqual({ items: [], next: null })
      } else {
        const { position, rule: wanted = policyRules[policy][expected.state] } = expected
        const found = { state: expected.state, rule: wanted, episode: { id: idOf(expected.episode) } }
        expect({ state, rule, episode }).toMatchObject(found)
        expect(list.items).toMatchObject([{ ...found, position, content: { id: contentId } }])
        expect(list.items).toEqual(explained.items)
        expect(facts.lastWatchedAt).toBe(list.items[0].lastWatchedAt)
      }
      if (policy !== 'last_played') continue
      const past = Object.entries(history.past ?? {}).map(([name, reason]) => [idOf(name), reason])
      expect(
        skipped.map((one: { episode: { id: string }; reason: string }) => [one.episode.id, one.reason]),
      ).toEqual(expect.arrayContaining(past))
    }
  })
})
