import { afterEach, expect, it } from '@jest/globals'
import { type HttpClient, httpClient } from './http-client.js'
import { until } from './instances.fixture.js'
import { startKit } from './kit.fixture.js'

let client: HttpClient
let running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await client.close()
  await Promise.all(running.map(({ stop }) => stop()))
  running = []
})

it('services that are stopped and started one after the other under load lose nothing', async () => {
  const kits = [await startKit(), await startKit()]
  running = kits.map(({ service }) => service)
  client = httpClient({ origins: kits.map(({ origin }) => origin), name: 'The app', timeoutMs: 2000 })
  const load = startLoad()
  await until(() => load.answered() > 200)
  for (const [i, { service, port }] of kits.entries()) {
    const startedAt = performance.now()
    await service.stop()
    expect(performance.now() - startedAt).toBeLessThan(5000)
    const before = load.answered()
    running[i] = (await startKit({ port })).service
    await until(() => load.answered() > before + 200)
  }
  expect(await load.end()).toEqual([])
}, 30_000)

/** Writes, 8 at a time; none of them may be repeated by the client. */
function startLoad() {
  const failures: unknown[] = []
  let answered = 0
  let over = false
  const worker = async () => {
    while (!over) {
      const body = JSON.stringify({ name: 'x' })
      const headers = { 'content-type': 'application/json' }
      const reply = await client.request({ method: 'POST', path: '/things', headers, body }).catch((e) => e)
      if (reply.status === 200) answered++
      else failures.push(reply.cause ?? reply)
    }
  }
  const workers = Array.from({ length: 8 }, worker)
  return {
    answered: () => answered,
    async end() {
      over = true
      await Promise.all(workers)
      return failures
    },
  }
}
