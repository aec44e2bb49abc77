import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { type InternalPlay, type PlayState, type problemCodes, world } from '@marquee/contracts'
import { responseChecker } from '@marquee/test-kit'
import { ask, internalKey, type Surroundings, sendJson, surround } from '../gateway.fixture.js'
import { verifyUrl } from './sign-url.js'

const key = '0f'.repeat(32)
const { winterTide1 } = world.episodes
const path = `/api/v1/play/${winterTide1.id}`
const terms = { status: 'published' as const, isVip: false, ageRating: '15+', availableRegions: null }
const known: InternalPlay = {
  content: world.summaries.winterTide,
  terms,
  episode: winterTide1,
  sources: [world.sources.winterTide1Hd, world.sources.winterTide1Fhd],
  subtitles: [world.subtitles.winterTide1Ko, world.subtitles.winterTide1En],
}
const state: PlayState = {
  episodeId: winterTide1.id,
  contentId: winterTide1.contentId,
  entitlement: { allowed: true, reason: 'free_title' },
  resume: { position: 1820, duration: 3720, completed: false, run: 1 },
  next: world.progress.next,
  autoNext: world.progress.autoNext,
}

let around: Surroundings
let check: ReturnType<typeof responseChecker>
beforeAll(async () => {
  around = await surround({ env: { MARQUEE_PLAYBACK_KEY: key, MARQUEE_LIMIT_DETAILS_DEADLINE_MS: '400' } })
  check = responseChecker(JSON.parse((await ask(around.gateway, '/openapi.json')).body) as object)
})
afterAll(() => around.close())
beforeEach(() => {
  knows(known)
  says(state)
})

const knows = (play: InternalPlay) => {
  around.catalog.answer = (_req, res) => sendJson(res, 200, play)
}
const says = (told: PlayState) => {
  around.userHistory.answer = (_req, res) => sendJson(res, 200, told)
}
const problem = (status: number, code: keyof typeof problemCodes) => ({
  ...{ status, code, title: 'x', type: 'x', detail: 'x', instance: '/', requestId: 'r' },
})
async function play({
  query = '',
  sub,
  roles = [],
}: {
  query?: string
  sub?: string
  roles?: string[]
} = {}) {
  const headers: Record<string, string> = sub
    ? { authorization: `Bearer ${await around.key.sign({ sub, roles })}` }
    : {}
  const answer = await ask(around.gateway, path + query, { headers })
  const json = JSON.parse(answer.body)
  check('GET', path, { status: answer.status, contentType: answer.headers['content-type'], json })
  return { ...answer, json }
}

describe('GET /api/v1/play/{episodeId}', () => {
  it('tells a player everything, with sources that suit the device and addresses that are signed for the viewer', async () => {
    const { status, json, headers } = await play({ query: '?device=mobile', sub: 'mina' })
    expect([status, headers['cache-control']]).toEqual([200, 'private, no-store'])
    expect(json).toMatchObject({
      content: { slug: 'winter-tide' },
      episode: { id: winterTide1.id },
      entitlement: { allowed: true, reason: 'free_title' },
      sources: [{ quality: 'HD_720p' }, { quality: 'FHD_1080p' }],
      subtitles: [
        { language: 'en', isDefault: true },
        { language: 'ko', isDefault: false },
      ],
      resume: state.resume,
      next: state.next,
      autoNext: state.autoNext,
      parts: { catalog: { state: 'fresh' }, viewer: { state: 'fresh', source: 'user-history' } },
    })
    const expires = Date.parse(json.expiresAt) / 1000
    expect(Math.abs(expires - Date.now() / 1000 - 14_400)).toBeLessThan(60)
    const [source] = json.sources
    expect(source.url.startsWith(`${world.sources.winterTide1Hd.url}?`)).toBe(true)
    for (const { url } of [...json.sources, ...json.subtitles])
      expect(verifyUrl(key, url, expires - 1)).toMatchObject({ ok: true, expires })
    const other = (await play({ sub: 'joon' })).json.sources[0].url
    expect(other).not.toBe((await play({ sub: 'mina' })).json.sources[0].url)
    expect(source).not.toHaveProperty('createdAt')
  })

  it('is document 000’s path too, and asks in the name of the caller', async () => {
    around.userHistory.seen.length = 0
    const answer = await ask(around.gateway, `/api/play/${winterTide1.id}?maxQuality=HD_720p`)
    expect(JSON.parse(answer.body).sources.map(({ quality }: { quality: string }) => quality)).toEqual([
      'HD_720p',
    ])
    expect(around.userHistory.seen).toMatchObject([
      { url: `/internal/play/${winterTide1.id}`, headers: { 'x-marquee-viewer': expect.any(String) } },
    ])
  })

  it('tells who may not watch why, and no address', async () => {
    knows({ ...known, terms: { ...terms, isVip: true }, episode: { ...winterTide1, isFree: false } })
    says({ ...state, entitlement: { allowed: false, reason: 'vip_only' } })
    const { status, json, body } = await play({ sub: 'mina' })
    expect([status, json.entitlement]).toEqual([200, { allowed: false, reason: 'vip_only' }])
    expect(json).toMatchObject({ sources: [], subtitles: [], expiresAt: null, resume: state.resume })
    expect(body).not.toContain('cdn.example.com')
  })

  it('knows nothing of what is not published, but for editors', async () => {
    knows({ ...known, terms: { ...terms, status: 'draft' } })
    expect((await play({ sub: 'mina' })).json.code).toBe('episode_not_found')
    const editor = await play({ sub: 'edda', roles: ['editor'] })
    expect([editor.status, editor.json.entitlement.reason, editor.json.sources]).toEqual([
      200,
      'not_published',
      [],
    ])
  })

  it.each(['refuses', 'is silent', 'resets', 'says nonsense', 'has nothing'])(
    'lets free things play from the start when user-history %s, and says so',
    async (manner) => {
      around.userHistory.answer = (_req, res) => {
        if (manner === 'refuses') sendJson(res, 503, problem(503, 'unavailable'))
        if (manner === 'resets') res.destroy()
        if (manner === 'says nonsense')
          sendJson(res, 200, { entitlement: { allowed: true, reason: 'staff' } })
        if (manner === 'has nothing') sendJson(res, 404, problem(404, 'episode_not_found'))
      }
      const { status, json } = await play({ sub: 'mina' })
      expect([status, json.entitlement.reason, json.sources.length]).toEqual([200, 'free_title', 2])
      expect(json).toMatchObject({ resume: null, next: null, autoNext: null })
      expect(json.parts.viewer).toMatchObject({ state: 'missing', reason: expect.any(String) })
      knows({ ...known, terms: { ...terms, isVip: true }, episode: { ...winterTide1, isFree: false } })
      expect((await play({ sub: 'mina' })).json).toMatchObject({
        entitlement: { reason: 'vip_only' },
        sources: [],
      })
    },
  )

  it('is 404 where the catalogue knows no such episode, 503 where it says nothing', async () => {
    around.catalog.answer = (_req, res) => sendJson(res, 404, problem(404, 'episode_not_found'))
    expect((await play()).json.code).toBe('episode_not_found')
    around.catalog.answer = (_req, res) => sendJson(res, 500, problem(500, 'internal'))
    const silent = await play()
    expect([silent.status, silent.json.code]).toEqual([503, 'unavailable'])
    around.catalog.answer = (_req, res) => sendJson(res, 200, { content: {} })
    expect((await play()).status).toBe(503)
  })

  it.each(['?device=phone', '?device=', '?maxQuality=8K', '?device=tv&device=tv', '?quality=HD_720p'])(
    'refuses %s',
    async (query) => {
      expect((await play({ query })).json.code).toBe('invalid_request')
    },
  )

  it('refuses what is no id', async () => {
    for (const id of ['x', `${winterTide1.id}x`, '%2e%2e', "1'--"]) {
      const answer = await ask(around.gateway, `/api/v1/play/${id}`)
      expect([400, 404]).toContain(answer.status)
    }
    expect((await ask(around.gateway, path, { method: 'POST' })).status).toBe(405)
  })

  it('signs with a key of its own that is made of the internal one where none is given', async () => {
    const plain = await around.start({ MARQUEE_PLAYBACK_KEY: '' })
    const { url } = JSON.parse((await ask(plain, path)).body).sources[0]
    expect(verifyUrl(key, url, 0)).toEqual({ ok: false, reason: 'forged' })
    expect(verifyUrl(internalKey, url, 0)).toEqual({ ok: false, reason: 'forged' })
  })
})
