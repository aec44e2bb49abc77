import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { world } from '@marquee/contracts'
import { readViewer, viewerHeader } from '@marquee/service-kit'
import { settle } from '@marquee/test-kit'
import { ask, codeOf, internalKey, sendJson } from '../gateway.fixture.js'
import { type DetailsSurroundings, surroundDetails } from './details.fixture.js'

let around: DetailsSurroundings
const begin = async (env: Record<string, string> = {}) => {
  around = await surroundDetails(env)
}
beforeEach(() => begin())
afterEach(() => around.close())

const fresh = (source: string) => ({ state: 'fresh', ageMs: 0, source })
const callerAt = (stub: keyof DetailsSurroundings, n = 0) =>
  readViewer(
    internalKey,
    (around[stub] as DetailsSurroundings['catalog']).seen[n]?.headers[viewerHeader] as string,
  )

describe('the details of a title', () => {
  it('are all of its parts, to an anonymous caller without a viewer', async () => {
    const answer = await around.details()
    expect(answer.status).toBe(200)
    expect(answer.json).toEqual({
      content: { ...world.contents.winterTide, id: around.id, slug: around.slug },
      episodes: [world.episodes.winterTide1],
      credits: [],
      reviews: { summary: world.reviewSummary, items: [world.reviews.minaOnWinterTide] },
      trending: { totalViews: 1043, dayViews: 12, rank: 3 },
      audience: { viewers: 310, plays: 702 },
      parts: {
        catalog: fresh('catalog'),
        reviews: fresh('reviews'),
        trending: fresh('trending'),
        audience: fresh('primary'),
      },
    })
    expect(answer.headers).toMatchObject({
      'cache-control': 'public, max-age=5',
      'content-language': 'ko',
      vary: 'Accept-Language, Authorization, Origin',
    })
    expect(around.asked()).toEqual([
      `/api/v1/content/${around.id}/reviews?sort=helpful&limit=5`,
      `/api/v1/content/${around.id}?include=episodes,credits`,
      `/internal/content/${around.id}/audience`,
      `/internal/content/${around.id}/views`,
    ])
  })

  it('have the viewer’s part for a signed-in caller, who is told to those alone that need it', async () => {
    const answer = await around.details({ headers: await around.token() })
    expect([answer.json.viewer, answer.part('viewer')]).toEqual([world.viewerState, fresh('user-history')])
    expect(answer.headers['cache-control']).toBe('private, no-store')
    expect(around.userHistory.seen[0]?.url).toBe(`/internal/content/${around.id}/viewing`)
    expect(callerAt('userHistory')?.viewer?.sub).toBe('mina')
    const { seen } = around.catalog
    const title = seen.findIndex(({ url }) => url.includes('include'))
    expect(callerAt('catalog', title)?.viewer?.sub).toBe('mina')
    expect(seen[1 - title]?.headers[viewerHeader]).toBeUndefined()
    for (const stub of [around.reviews, around.trending])
      expect(stub.seen[0]?.headers[viewerHeader]).toBeUndefined()
  })

  it('cannot be had in another’s name', async () => {
    const headers = { [viewerHeader]: 'e30.AAAA', 'x-user-id': 'mina' }
    expect((await around.details({ headers })).json).not.toHaveProperty('viewer')
    expect(around.userHistory.seen).toEqual([])
    expect(callerAt('catalog')?.viewer ?? null).toBeNull()
  })

  it('by slug are asked of the others once the catalogue has told the id', async () => {
    const pathsAtAnswer: string[] = []
    around.catalog.answer = (req, res) => {
      if (req.url?.startsWith('/internal/')) return sendJson(res, 200, around.good.audience)
      pathsAtAnswer.push(...around.asked())
      sendJson(res, 200, around.good.catalog)
    }
    const answer = await around.details({ ref: around.slug })
    expect(answer.json).toMatchObject({ content: { id: around.id }, trending: { rank: 3 } })
    expect(pathsAtAnswer).toEqual([`/api/v1/content/${around.slug}?include=episodes,credits`])
    expect(around.asked()).toContain(`/internal/content/${around.id}/views`)
  })

  it('are in the language that was asked for', async () => {
    await around.details({ query: '?lang=ja', headers: { 'accept-language': 'th' } })
    const title = around.catalog.seen.find(({ url }) => url.includes('include'))
    expect(title).toMatchObject({
      url: `/api/v1/content/${around.id}?include=episodes,credits&lang=ja`,
      headers: { 'accept-language': 'th' },
    })
  })

  it('carry the request’s id to all who are asked', async () => {
    const answer = await around.details({ headers: { ...(await around.token()), 'x-request-id': 'mine' } })
    expect(answer.headers['x-request-id']).toBe('mine')
    const ids = around.stubs.flatMap(({ seen }) => seen.map(({ headers }) => headers['x-request-id']))
    expect(ids).toEqual(['mine', 'mine', 'mine', 'mine', 'mine'])
  })

  it('may lack fields that this gateway does not know yet, or have more', async () => {
    Object.assign(around.good.catalog as object, { mood: 'grey' })
    Object.assign(around.good.trending as object, { weekViews: 5 })
    const { json, part } = await around.details()
    expect(json.content.mood).toBe('grey')
    expect(part('trending')).toEqual(fresh('trending'))
  })
})

describe('the endpoint', () => {
  it('answers HEAD and OPTIONS, and 405 to what else there is', async () => {
    const head = await around.details({ method: 'HEAD' })
    expect([head.status, head.body]).toEqual([200, ''])
    expect(Number(head.headers['content-length'])).toBeGreaterThan(500)
    const options = await around.details({ method: 'OPTIONS' })
    expect([options.status, options.headers.allow]).toEqual([204, 'GET, HEAD, OPTIONS'])
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']) {
      const answer = await around.details({ method })
      expect([answer.status, codeOf(answer), answer.headers.allow]).toEqual([
        405,
        'method_not_allowed',
        'GET, HEAD, OPTIONS',
      ])
    }
  })

  it.each([
    ['an unknown parameter', { query: '?include=episodes' }, 400, 'invalid_request'],
    ['an unknown language', { query: '?lang=xx' }, 400, 'invalid_request'],
    ['no slug', { ref: 'Not_A_Slug' }, 400, 'invalid_request'],
    ['a word of the API', { ref: 'ids' }, 404, 'content_not_found'],
    ['a path below it', { ref: 'x/details' }, 404, 'route_not_found'],
    ['a path that could be another', { ref: '..%2f..%2finternal' }, 400, 'invalid_request'],
  ])('refuses %s, and asks nobody', async (_what, asked, status, code) => {
    const answer = await around.details(asked)
    expect([answer.status, codeOf(answer)]).toEqual([status, code])
    expect(around.asked()).toEqual([])
  })

  it('is one path in any spelling', async () => {
    expect((await around.details({ ref: around.id.toUpperCase() })).status).toBe(200)
    expect((await around.details({ ref: `%74itle-${around.id}` })).status).toBe(200)
    for (const tail of ['%64etails', 'details/', 'details/?lang=ko'])
      expect((await ask(around.gateway, `/api/v1/content/${around.id}/${tail}`)).status).toBe(200)
    expect(around.asked().filter((url) => url.includes('%'))).toEqual([])
  })

  it('is behind the same gate as all others', async () => {
    const wrong = await around.details({ headers: { authorization: 'Bearer x.y.z' } })
    expect([wrong.status, codeOf(wrong)]).toEqual([401, 'invalid_token'])
    expect(around.asked()).toEqual([])
    const cors = await around.details({ headers: { origin: 'https://app.example' } })
    expect(cors.headers['access-control-allow-origin']).toBe('https://app.example')
    expect(cors.headers.vary).toContain('Origin')
  })

  it('counts as three requests', async () => {
    const limits = { MARQUEE_LIMIT_RATE_PER_SECOND: '1', MARQUEE_LIMIT_RATE_BURST: '50' }
    const gateway = await around.start(limits)
    const statuses: number[] = []
    for (let n = 0; n < 20; n++) statuses.push((await around.details({ gateway })).status)
    expect(statuses).toEqual([...Array<number>(17).fill(200), 429, 429, 429])
  })
})

describe('a client that leaves', () => {
  it('ends the calls that were made for it', async () => {
    for (const who of ['catalog', 'reviews', 'trending', 'audience', 'viewer'] as const)
      around.manner[who] = 'silent'
    let open = 0
    let opened = 0
    for (const stub of around.stubs) {
      const { answer } = stub
      stub.answer = (req, res) => {
        open += 1
        opened += 1
        res.on('close', () => {
          open -= 1
        })
        answer(req, res)
      }
    }
    const leaving = new AbortController()
    const asking = fetch(`${around.gateway.origin}/api/v1/content/${around.id}/details`, {
      headers: await around.token(),
      signal: leaving.signal,
    }).catch(() => 'left')
    await settle(() => open === 5)
    const leftAt = performance.now()
    leaving.abort()
    expect(await asking).toBe('left')
    await settle(() => open === 0)
    expect(performance.now() - leftAt).toBeLessThan(700)
    expect(opened).toBe(5)
  })
})
