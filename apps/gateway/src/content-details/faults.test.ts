import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { ContentDetails } from '@marquee/contracts'
import { proxyTo, settle, testEngines } from '@marquee/test-kit'
import { Redis } from 'ioredis'
import { ask, codeOf } from '../gateway.fixture.js'
import {
  type DetailsSurroundings,
  faults,
  type Manner,
  optional,
  surroundDetails,
} from './details.fixture.js'

const deadlineMs = 800
/** The promise: whatever hangs, the answer is there by then. */
const latestMs = deadlineMs + 200
const deadline = { MARQUEE_LIMIT_DETAILS_DEADLINE_MS: String(deadlineMs) }

let redis: Redis
let around: DetailsSurroundings
let cleanUp: (() => unknown)[] = []
beforeAll(() => {
  redis = new Redis(testEngines().cache)
})
afterAll(() => redis.disconnect())
beforeEach(async () => {
  around = await surroundDetails({ ...deadline, CACHE_URL: testEngines().cache })
})
afterEach(async () => {
  await around.close()
  for (const clean of cleanUp) await clean()
  cleanUp = []
})

/** No answer is measured that is the first of a process. */
beforeEach(async () => void (await around.details({ ref: randomUUID(), headers: await around.token() })))

const kept = () => redis.keys(`details:v1:${around.id}:*`)
/** Asks until every part is kept. */
async function warm(headers: Record<string, string> = {}) {
  await settle(async () => {
    await around.details({ headers })
    return (await kept()).length === (headers.authorization === undefined ? 3 : 4)
  })
}
const flush = async () => void (await redis.del(await kept()))
/** Nothing of how we are built: no address, no stack, no name of a store. */
const publicWords = /^[a-z][a-z -]{5,60}$/

describe('an optional part', () => {
  const cases = optional.flatMap((part) => faults.map((fault): [string, Manner] => [part, fault]))
  it.each(cases)(
    '(%s) that is %s is missing with the reason, and the rest is there in time',
    async (name, fault) => {
      const part = name as (typeof optional)[number]
      around.manner[part] = fault
      const answer = await around.details({ headers: await around.token() })
      expect([answer.status, answer.json[part]]).toEqual([200, null])
      expect(answer.part(part)).toEqual({
        state: 'missing',
        ageMs: null,
        source: null,
        reason: expect.stringMatching(publicWords),
      })
      expect(ContentDetails.parse(answer.json)).toBeTruthy()
      const states = Object.values(answer.json.parts as ContentDetails['parts']).map(({ state }) => state)
      expect(states.filter((state) => state === 'fresh').length).toBe(4)
      expect(answer.ms).toBeLessThan(latestMs)
    },
  )

  it.each(optional)('(%s) whose app is not there is missing', async (part) => {
    if (part !== 'audience') {
      const stub = { reviews: around.reviews, trending: around.trending, viewer: around.userHistory }[part]
      await stub.close()
    } else around.manner.audience = 'reset'
    const answer = await around.details({ headers: await around.token() })
    expect(answer.part(part)).toMatchObject({
      state: 'missing',
      reason: expect.stringMatching(/does not answer$/),
    })
    expect(answer.ms).toBeLessThan(latestMs)
  })

  it('that is slow but in time is fresh', async () => {
    around.delayMs.reviews = 200
    expect((await around.details()).part('reviews')).toMatchObject({ state: 'fresh' })
  })

  it('is never cached by others while it is not fresh', async () => {
    around.manner.reviews = '503'
    expect((await around.details()).headers['cache-control']).toBe('no-store')
  })
})

describe('a last good part', () => {
  it.each(optional)('(%s) stands in with growing age, until the cache is flushed', async (part) => {
    const headers = await around.token()
    await warm(headers)
    const before = (await around.details({ headers })).json[part]
    around.manner[part] = '503'
    const first = await around.details({ headers })
    expect(first.json[part]).toEqual(before)
    const { state, source, ageMs, reason } = first.part(part)
    expect([state, source]).toEqual(['stale', 'cache'])
    expect(reason).toMatch(publicWords)
    await settle(async () => ((await around.details({ headers })).part(part).ageMs ?? 0) > (ageMs ?? 0))
    await flush()
    expect((await around.details({ headers })).part(part)).toMatchObject({ state: 'missing' })
    around.manner[part] = 'good'
    await settle(async () => (await around.details({ headers })).part(part).state === 'fresh')
  })

  it.each(['silent', 'reset', '500'] as const)('stands in for an app that is %s', async (fault) => {
    await warm()
    around.manner.trending = fault
    const answer = await around.details()
    expect(answer.part('trending')).toMatchObject({ state: 'stale', source: 'cache' })
    expect(answer.ms).toBeLessThan(latestMs)
  })

  it.each(['404', 'garbage', 'wrong shape'] as const)(
    'does not stand in for an app that answered (%s)',
    async (fault) => {
      await warm()
      around.manner.reviews = fault
      expect((await around.details()).part('reviews')).toMatchObject({ state: 'missing' })
    },
  )

  it('of a viewer is shown to no other, nor to an anonymous caller', async () => {
    const mina = await around.token('mina')
    await warm(mina)
    around.manner.viewer = '503'
    expect((await around.details({ headers: mina })).part('viewer')).toMatchObject({ state: 'stale' })
    for (const sub of ['joon', 'mina ', 'Mina', 'mina:x', '*']) {
      const other = await around.details({ headers: await around.token(sub) })
      expect([other.json.viewer, other.part('viewer').state]).toEqual([null, 'missing'])
    }
    expect((await around.details()).json).not.toHaveProperty('viewer')
    const life = await redis.pttl(`details:v1:${around.id}:viewer:mina`)
    expect(life).toBeGreaterThan(0)
    expect(life).toBeLessThanOrEqual(300_000)
  })

  it('is also one that came too late for who asked', async () => {
    around.delayMs.trending = deadlineMs * 0.7
    // Asked after the title by its slug, so that the call outlives the request that made it.
    around.delayMs.catalog = 200
    expect((await around.details({ ref: around.slug })).part('trending')).toMatchObject({ state: 'missing' })
    await settle(async () => (await kept()).includes(`details:v1:${around.id}:trending`))
  })

  it('of the audience says that a copy answered, and how old that copy is', async () => {
    around.good.audience = { viewers: 1, plays: 2, source: 'replica', ageMs: 4000 }
    await warm()
    const { json, part } = await around.details()
    expect(json.audience).toEqual({ viewers: 1, plays: 2 })
    expect(part('audience')).toMatchObject({ state: 'stale', source: 'replica', ageMs: 4000 })
    around.manner.audience = '503'
    const later = (await around.details()).part('audience')
    expect(later).toMatchObject({ state: 'stale', source: 'cache' })
    expect(later.ageMs).toBeGreaterThanOrEqual(4000)
  })
})

describe('the catalogue', () => {
  it.each(['silent', 'reset', '500', '503', 'garbage', 'wrong shape'] as const)(
    'that is %s makes it 503, in time',
    async (fault) => {
      await warm()
      around.manner.catalog = fault
      for (const ref of [around.id, around.slug]) {
        const answer = await around.details({ ref })
        expect([answer.status, codeOf(answer), answer.headers['retry-after']]).toEqual([
          503,
          'unavailable',
          '1',
        ])
        expect(answer.body).not.toContain('10.0.0.9')
        expect(answer.ms).toBeLessThan(latestMs)
      }
    },
  )

  it('that knows no such title makes it 404, and what else was asked is called off', async () => {
    await warm()
    around.manner.catalog = '404'
    const calledOff = new Promise<void>((resolve) => {
      around.reviews.answer = (_req, res) => res.on('close', () => resolve())
    })
    const answer = await around.details()
    expect([answer.status, codeOf(answer)]).toEqual([404, 'content_not_found'])
    await calledOff
    expect(performance.now() - answer.startedAt).toBeLessThan(deadlineMs / 2)
  })
})

describe('the deadline', () => {
  it.each(['id', 'slug'] as const)('holds when everybody else is silent (by %s)', async (by) => {
    for (const part of optional) around.manner[part] = 'silent'
    const answer = await around.details({ ref: around[by], headers: await around.token() })
    expect(answer.status).toBe(200)
    expect(answer.ms).toBeLessThan(latestMs)
    for (const part of optional) expect(answer.part(part).reason).toMatch(/^[a-z-]+ did not answer in time$/)
  })

  it('is one for all: what the catalogue takes, the others do not have', async () => {
    around.delayMs.catalog = deadlineMs * 0.7
    for (const part of optional) around.manner[part] = 'silent'
    const answer = await around.details({ ref: around.slug })
    expect(answer.status).toBe(200)
    expect(answer.ms).toBeLessThan(latestMs)
  })

  it('holds with a frozen cache too', async () => {
    await around.close()
    const link = await proxyTo(testEngines().cache)
    cleanUp.push(() => link.close())
    around = await surroundDetails({ ...deadline, CACHE_URL: link.url })
    await warm()
    link.freeze()
    for (const part of optional) around.manner[part] = 'silent'
    for (let n = 0; n < 4; n++) {
      const answer = await around.details()
      expect(answer.part('reviews').state).toBe('missing')
      expect(answer.ms).toBeLessThan(latestMs)
    }
  })
})

describe('without a cache', () => {
  it.each([
    ['none configured', {}],
    ['one that is down', { CACHE_URL: 'redis://127.0.0.1:1' }],
  ])('(%s) all is as before, but nothing stands in', async (_what, env) => {
    await around.close()
    around = await surroundDetails({ ...deadline, ...env })
    const headers = await around.token()
    const whole = await around.details({ headers })
    expect(
      Object.values(whole.json.parts as ContentDetails['parts']).every(({ state }) => state === 'fresh'),
    ).toBe(true)
    around.manner.reviews = '503'
    const answer = await around.details({ headers })
    expect(answer.part('reviews')).toMatchObject({ state: 'missing' })
    expect(answer.ms).toBeLessThan(300)
  })
})

describe('an app that stays silent', () => {
  it.each(['id', 'slug'] as const)(
    'is soon not waited for, and others at its side are not given up (by %s)',
    async (by) => {
      around.manner.audience = 'silent'
      const ref = around[by]
      await Promise.all(Array.from({ length: 6 }, () => around.details({ ref })))
      await settle(async () => {
        const answer = await around.details({ ref })
        expect(answer.part('audience').reason).toBe('audience does not answer')
        expect(answer.ms).toBeLessThan(deadlineMs / 2)
        expect(answer.part('catalog').state).toBe('fresh')
      })
      const read = await ask(around.gateway, `/api/v1/content/${around.id}`)
      expect(read.status).toBe(200)
      around.manner.audience = 'good'
      await settle(async () => (await around.details({ ref })).part('audience').state === 'fresh')
    },
  )
})

it('an unknown title leaves nothing in the cache', async () => {
  around.manner.catalog = '404'
  const ref = randomUUID()
  around.delayMs.catalog = 100
  expect((await around.details({ ref })).status).toBe(404)
  around.manner.catalog = 'good'
  // Written by the same connection, so that what went before it is there too.
  await warm()
  expect(await redis.keys(`details:v1:${ref}:*`)).toEqual([])
})

it('what the parts are is counted', async () => {
  around.manner.reviews = '503'
  await around.details()
  const { body } = await ask(around.gateway, '/metrics')
  const counted = (part: string, state: string) =>
    new RegExp(`^marquee_details_parts_total{part="${part}",state="${state}"[^}]*} (\\d+)$`, 'm').exec(
      body,
    )?.[1]
  expect([counted('reviews', 'missing'), counted('reviews', 'fresh'), counted('trending', 'fresh')]).toEqual([
    '1',
    '1',
    '2',
  ])
})
