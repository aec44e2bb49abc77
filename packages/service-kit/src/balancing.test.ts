import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type HttpClient, httpClient } from './http-client.js'
import { type StubInstance, stubInstance, until } from './instances.fixture.js'

const timeoutMs = 1500
/** Within this an instance that dies, freezes or stops gets no more requests, and one that is back gets some again. */
const knownMs = 2000

let one: StubInstance
let two: StubInstance
let client: HttpClient

beforeEach(async () => {
  ;[one, two] = [await stubInstance(), await stubInstance()]
  client = httpClient({ origins: [one.origin, two.origin], name: 'The app', timeoutMs })
})
afterEach(async () => {
  one.thaw()
  await client.close()
  await Promise.all([one.kill(), two.kill()])
})

const get = () => client.get('/x').then(({ status }) => status)
const post = () => client.request({ method: 'POST', path: '/x', body: '{}' }).then(({ status }) => status)
const times = <T>(count: number, work: () => Promise<T>) => Promise.all(Array.from({ length: count }, work))
const shares = () => [one.seen.length, two.seen.length]
/** Requests one after the other, each begun when the one before is over, until `over` fires; how many failed. */
async function steadily(work: () => Promise<number>, over: () => boolean): Promise<number> {
  let failed = 0
  while (!over()) await work().catch(() => failed++)
  return failed
}
/** True once it has got no request for a second while others were made. */
function quiet(instance: StubInstance) {
  let [seen, since] = [instance.seen.length, performance.now()]
  return () => {
    if (instance.seen.length !== seen) [seen, since] = [instance.seen.length, performance.now()]
    return performance.now() - since > 1000
  }
}

describe('two instances that are well', () => {
  it('share one request after the other evenly', async () => {
    for (let i = 0; i < 40; i++) await get()
    expect(shares()).toEqual([20, 20])
  })

  it('share many at once evenly', async () => {
    expect(await times(100, post)).toEqual(Array(100).fill(200))
    for (const share of shares()) expect(share).toBeGreaterThanOrEqual(40)
  })

  it('share by what they can: who is slow gets less', async () => {
    one.answer = (_req, res) => void setTimeout(() => res.end('ok'), 200)
    const endsAt = performance.now() + 800
    await times(4, () => steadily(get, () => performance.now() > endsAt))
    expect(one.seen.length).toBeLessThan(two.seen.length / 4)
  })
})

describe('an instance that is killed', () => {
  it('costs no request: what was refused goes elsewhere, whatever it is', async () => {
    await get()
    await one.kill()
    expect(await times(20, post)).toEqual(Array(20).fill(200))
    expect(await times(20, get)).toEqual(Array(20).fill(200))
  })

  it('is asked again when it is back', async () => {
    await one.kill()
    await times(4, get)
    one.seen.length = 0
    await one.start()
    await until(async () => (await get()) === 200 && one.seen.length > 0, knownMs)
  })

  it('under a read costs nothing: it is asked elsewhere; a write is not asked twice', async () => {
    for (const stub of [one, two]) stub.answer = (req) => void req.socket.destroy()
    await expect(post()).rejects.toMatchObject({ status: 503 })
    expect(one.seen.length + two.seen.length).toBe(1)
    two.answer = (_req, res) => void res.end('ok')
    expect(await times(10, get)).toEqual(Array(10).fill(200))
  })
})

describe('an instance that is frozen', () => {
  it('gets no more requests within 2 s, and is back within 2 s when it answers', async () => {
    await times(10, get)
    one.freeze()
    const startedAt = performance.now()
    let last = 0
    const isQuiet = quiet(one)
    while (!isQuiet()) {
      const before = one.seen.length
      void get().catch(() => undefined)
      await new Promise((resolve) => setTimeout(resolve, 20))
      if (one.seen.length > before) last = performance.now() - startedAt
    }
    expect(last).toBeLessThan(knownMs)
    one.thaw()
    const seen = one.seen.length
    await until(async () => (await get()) === 200 && one.seen.length > seen, knownMs)
  })
})

describe('an instance that is about to stop', () => {
  it('answers what comes, and gets no more within 2 s', async () => {
    await times(10, get)
    one.beginToStop()
    const startedAt = performance.now()
    const failed = await steadily(get, quiet(one))
    expect(performance.now() - startedAt - 1000).toBeLessThan(knownMs)
    expect(failed).toBe(0)
  })
})

describe('when both are gone', () => {
  const unavailable = { status: 503, headers: { 'retry-after': '1' } }

  it('refused is told at once', async () => {
    await Promise.all([one.kill(), two.kill()])
    const startedAt = performance.now()
    await expect(post()).rejects.toMatchObject(unavailable)
    await expect(get()).rejects.toMatchObject(unavailable)
    expect(performance.now() - startedAt).toBeLessThan(timeoutMs)
    await two.start()
    await until(
      () =>
        get()
          .then((status) => status === 200)
          .catch(() => false),
      knownMs,
    )
  })

  it('frozen is told in time, and after a while at once', async () => {
    for (const stub of [one, two]) stub.freeze()
    const startedAt = performance.now()
    const outcomes = await times(10, () => get().catch((error) => error))
    expect(outcomes).toEqual(Array(10).fill(expect.objectContaining(unavailable)))
    expect(performance.now() - startedAt).toBeLessThan(timeoutMs + 500)
    const again = performance.now()
    await expect(get()).rejects.toMatchObject(unavailable)
    expect(performance.now() - again).toBeLessThan(200)
    two.thaw()
    let back = false
    // Each by itself: one that is tried on the instance that stays frozen takes its whole deadline.
    const tryOne = () =>
      void get().then(
        () => {
          back = true
        },
        () => undefined,
      )
    await until(() => {
      tryOne()
      return back
    }, knownMs)
  })
})
